//! Filled by the tests of this name.
