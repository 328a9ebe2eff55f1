//! Where statements go on that need more memory than they may use: files without a name in the data folder.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::error::Result;
use datafusion::execution::{SpillFile, SpillWriter, TempFileFactory};
use futures::stream::{Stream, try_unfold};

use crate::files::scratch::Scratch;

/// What is read at once.
const PART: usize = 1 << 17;

#[derive(Debug)]
pub(super) struct OnDisk;

impl TempFileFactory for OnDisk {
    fn create_temp_file(&self, description: &str) -> Result<Arc<dyn SpillFile>> {
        tracing::debug!(step = description, "a statement goes on on disk");
        Ok(Arc::new(Spilled(Arc::new(Scratch::new()?))))
    }
}

struct Spilled(Arc<Scratch>);

impl SpillFile for Spilled {
    fn size(&self) -> Option<u64> {
        self.0.length().ok()
    }

    fn read_stream(&self) -> Result<Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>> {
        let scratch = self.0.clone();
        Ok(Box::pin(try_unfold(0, move |place| {
            let scratch = scratch.clone();
            async move {
                let mut part = vec![0; PART];
                let read = scratch.read_at(place, &mut part)?;
                part.truncate(read);
                let next = place + part.len() as u64;
                Ok((next > place).then(|| (part.into(), next)))
            }
        })))
    }

    fn open_writer(&self) -> Result<Box<dyn SpillWriter>> {
        Ok(Box::new(Writer { place: self.0.length()?, scratch: self.0.clone() }))
    }
}

struct Writer {
    scratch: Arc<Scratch>,
    place: u64,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.scratch.write_at(self.place, bytes)?;
        self.place += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SpillWriter for Writer {
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
