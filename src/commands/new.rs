pub fn new(_: &crate::settings::Settings, _: &crate::printer::Printer, _: &str, _: &str) -> crate::error::Result<u8> { Ok(0) }
