//! Shares the memory of a night among the indicators that are computed side by side: one that needs more than is left waits.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// What the steps make of one row takes no more than this, with the statements that make it.
const BYTES_OF_A_ROW: usize = 1200;
/// What a SELECT takes of each observation that it may read: its join holds one side, and for a moment twice.
const BYTES_OF_AN_OBSERVATION: usize = 150;

/// A unit of memory that is shared out.
const UNIT: usize = 1 << 20;

pub(super) struct Room {
    units: Arc<Semaphore>,
    all: usize,
}

impl Room {
    /// Where statements may take so many bytes, and tables as many again. Some of it is for what a night holds besides.
    pub(super) fn new(statements: usize) -> Self {
        let all = (statements / 20 * 17 * 2 / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { units: Arc::new(Semaphore::new(all)), all }
    }

    /// How many rows of an indicator are computed at once: two may be side by side.
    pub(super) fn rows_at_once(&self) -> usize {
        self.all * UNIT / 2 / BYTES_OF_A_ROW
    }

    /// Waits until there is room for a SELECT over so many observations; it is held as long as what this gives.
    pub(super) async fn to_select(&self, observations: u64) -> Result<OwnedSemaphorePermit> {
        self.take(usize::try_from(observations).unwrap_or(usize::MAX).saturating_mul(BYTES_OF_AN_OBSERVATION)).await
    }

    /// The same for the steps over so many rows.
    pub(super) async fn to_roll_up(&self, rows: usize) -> Result<OwnedSemaphorePermit> {
        self.take(rows.saturating_mul(BYTES_OF_A_ROW)).await
    }

    /// More than there is: all of it.
    async fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit> {
        let units = u32::try_from((bytes / UNIT).min(self.all)).unwrap_or(u32::MAX);
        Arc::clone(&self.units).acquire_many_owned(units).await.map_err(|error| Error::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_needs_more_than_is_left_waits() {
        let room = Room::new(64 << 20);
        let half = room.rows_at_once();
        let first = room.to_roll_up(half).await.unwrap();
        let second = room.to_roll_up(half).await.unwrap();
        assert!(futures::future::FutureExt::now_or_never(room.to_roll_up(half)).is_none());
        drop(first);
        let third = room.to_roll_up(half).await.unwrap();
        // Whatever is asked for, there is an end to it.
        assert!(futures::future::FutureExt::now_or_never(room.to_select(u64::MAX)).is_none());
        drop((second, third));
        let all = room.to_select(u64::MAX).await.unwrap();
        assert!(futures::future::FutureExt::now_or_never(room.to_roll_up(half)).is_none());
        drop(all);
    }
}
