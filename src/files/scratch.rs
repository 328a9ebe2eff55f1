//! Files for what does not fit in memory. They lie in the data folder and have no name from the start, so that the
//! system removes them however the program ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::{failed, make_folder};

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Says which folder such files lie in. Without it, or where nothing can be written in it, that of the system is taken.
pub fn lie_in(data: &Path) {
    let _ = FOLDER.set(data.to_owned());
}

/// A file that only this program sees, as long as it is held.
#[derive(Debug)]
pub struct Scratch {
    file: Mutex<File>,
    folder: PathBuf,
}

impl Scratch {
    pub fn new() -> io::Result<Self> {
        let of_system = std::env::temp_dir();
        let ours = FOLDER.get().filter(|data| make_folder(data).is_ok());
        if let Some(data) = ours
            && let Ok(file) = tempfile::tempfile_in(data)
        {
            return Ok(Self { file: Mutex::new(file), folder: data.clone() });
        }
        let file = tempfile::tempfile_in(&of_system).map_err(|error| failed("make a file in", &of_system, error))?;
        Ok(Self { file: Mutex::new(file), folder: of_system })
    }

    /// Reads from a place on, until the buffer is full or the file ends; how much it was.
    pub fn read_at(&self, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.at(place, "read a file in", |file| {
            let mut full = 0;
            while full < buffer.len() {
                match file.read(&mut buffer[full..])? {
                    0 => break,
                    more => full += more,
                }
            }
            Ok(full)
        })
    }

    pub fn write_at(&self, place: u64, bytes: &[u8]) -> io::Result<()> {
        self.at(place, "write a file in", |file| file.write_all(bytes))
    }

    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.lock().unwrap_or_else(PoisonError::into_inner).metadata()?.len())
    }

    fn at<T>(&self, place: u64, step: &'static str, work: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place)).and_then(|_| work(&mut file)).map_err(|error| failed(step, &self.folder, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let scratch = Scratch::new().unwrap();
        scratch.write_at(0, b"abcdef").unwrap();
        scratch.write_at(2, b"XY").unwrap();
        let mut buffer = [0; 4];
        assert_eq!((scratch.read_at(1, &mut buffer).unwrap(), &buffer), (4, b"bXYe"));
        assert_eq!((scratch.read_at(5, &mut buffer).unwrap(), buffer[0]), (1, b'f'));
        assert_eq!(scratch.length().unwrap(), 6);
    }
}
