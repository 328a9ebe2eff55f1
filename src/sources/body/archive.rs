//! Opens bodies: plain text, ZIP, 7z or gzip, recognised by their bytes; with caps on size and no path ever used.

use std::io::{BufReader, Cursor, Read, SeekFrom};

use encoding_rs_io::DecodeReaderBytes;

use super::ReadSeek;
use super::foreign::{self, Foreign};
use super::gunzip::Gunzip;
use super::limits::{Capped, MAX_MEMBER, damaged, read_error, unread, zip_error};
use crate::error::{Code, Error, Result};

/// Members of one archive.
const MAX_MEMBERS: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Empty,
    Zip,
    SevenZip,
    Gzip,
    Html,
    Json,
    Text,
    /// UTF-16 text, by its byte order mark.
    Utf16,
    /// A file that is known, but not read.
    Foreign(Foreign),
}

impl Kind {
    /// An Excel file from before 2007, or another file of that container.
    pub fn is_old_office(self) -> bool {
        self == Self::Foreign(Foreign::OldOffice)
    }
}

/// What the first bytes say.
pub fn sniff(start: &[u8]) -> Kind {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let trimmed = text.trim_ascii_start();
    if start.is_empty() || trimmed.is_empty() {
        Kind::Empty
    } else if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        Kind::Zip
    } else if start.starts_with(b"7z\xbc\xaf\x27\x1c") {
        Kind::SevenZip
    } else if start.starts_with(b"\x1f\x8b") {
        Kind::Gzip
    } else if let Some(foreign) = foreign::of(start) {
        Kind::Foreign(foreign)
    } else if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        Kind::Utf16
    } else if trimmed.starts_with(b"<") {
        Kind::Html
    } else if let [b'{' | b'[', rest @ ..] = trimmed
        // A column of a table may be called `[Area]`.
        && !rest.trim_ascii_start().first().is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
    {
        Kind::Json
    } else {
        Kind::Text
    }
}

/// Looks at the first bytes and rewinds.
pub fn kind_of(file: &mut dyn ReadSeek) -> Result<Kind> {
    let mut start = [0; 512];
    file.seek(SeekFrom::Start(0))?;
    let mut filled = 0;
    while filled < start.len() {
        match file.read(&mut start[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(sniff(&start[..filled]))
}

/// The length of a body, which is left at its start.
fn length(file: &mut dyn ReadSeek) -> Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    Ok(length)
}

/// The error for a body that is not data at all; None when the kind can be read.
pub fn refuse(kind: Kind) -> Option<Error> {
    match kind {
        Kind::Foreign(foreign) => Some(foreign.refused()),
        Kind::Empty => Some(Error::provider_hint(Code::EmptyBody, "the body is empty", "the last good data stay in use")),
        Kind::Html => Some(Error::provider_hint(
            Code::WebPageStored,
            "the body is a web page, not data",
            "the service has probably moved or blocks this client; download the file by hand and run with --from DIR",
        )),
        _ => None,
    }
}

/// A plain text; UTF-16, of either byte order, is turned into UTF-8 as it is read.
pub fn text_reader<'b>(file: &'b mut dyn ReadSeek, kind: Kind) -> Result<Box<dyn Read + 'b>> {
    file.seek(SeekFrom::Start(0))?;
    let bytes = BufReader::with_capacity(1 << 18, file);
    if kind == Kind::Utf16 {
        // With the mark of UTF-8, so that nobody decodes it again.
        return Ok(Box::new(Cursor::new(b"\xef\xbb\xbf").chain(DecodeReaderBytes::new(bytes.take(MAX_MEMBER)))));
    }
    Ok(Box::new(bytes))
}

/// Calls `read` for each member of a ZIP, 7z or gzip whose name `wanted` accepts, in archive order; a plain text is
/// one member with an empty name. Gives what is to be told of the body although it was read.
pub fn for_each_member(
    file: &mut dyn ReadSeek,
    wanted: &dyn Fn(&str) -> bool,
    read: &mut dyn FnMut(&str, &mut dyn Read) -> Result<()>,
) -> Result<Option<&'static str>> {
    let kind = kind_of(file)?;
    if let Some(error) = refuse(kind) {
        return Err(error);
    }
    match kind {
        Kind::Zip => zip_members(file, wanted, read).map(|()| None),
        Kind::SevenZip => sevenzip_members(file, wanted, read).map(|()| None),
        Kind::Gzip => {
            let compressed = length(file)?;
            let mut gunzip = Gunzip::new(BufReader::new(file));
            read("", &mut Capped::new(&mut gunzip, compressed))?;
            Ok(gunzip.remark())
        }
        _ => {
            let mut reader = text_reader(file, kind)?;
            read("", &mut reader).map(|()| None)
        }
    }
}

fn zip_members(
    file: &mut dyn ReadSeek,
    wanted: &dyn Fn(&str) -> bool,
    read: &mut dyn FnMut(&str, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| damaged("ZIP", &e))?;
    if archive.len() > MAX_MEMBERS {
        return Err(Error::provider(Code::TooManyMembers, format!("the ZIP has {} members", archive.len())));
    }
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|e| zip_error(&e))?;
        let entry = member.entry();
        let name = with_slashes(&entry.name().map_err(|e| damaged("ZIP", &e))?);
        let (is_dir, compressed) = (entry.is_dir(), entry.compressed_size());
        safe_name(&name)?;
        if is_dir || is_litter(&name) || !wanted(&name) {
            continue;
        }
        let mut reader = Capped::new(member, compressed);
        read(&name, &mut reader)?;
        drain(&mut reader)?;
    }
    Ok(())
}

fn sevenzip_members(
    file: &mut dyn ReadSeek,
    wanted: &dyn Fn(&str) -> bool,
    read: &mut dyn FnMut(&str, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    let compressed = length(file)?;
    let mut archive = sevenz_rust2::ArchiveReader::new_with_memory_limit(BufReader::new(file), sevenz_rust2::Password::empty(), 512 << 10)
        .map_err(|e| sevenz_error(&e))?;
    archive.set_thread_count(1);
    if archive.archive().files.len() > MAX_MEMBERS {
        return Err(Error::provider(Code::TooManyMembers, format!("the 7z has {} members", archive.archive().files.len())));
    }
    let mut failure = None;
    let outcome = archive.for_each_entries(|entry, reader| {
        let name = with_slashes(entry.name());
        let step = || -> Result<()> {
            safe_name(&name)?;
            let mut capped = Capped::new(reader, compressed);
            if !entry.is_directory() && !is_litter(&name) && wanted(&name) {
                read(&name, &mut capped)?;
            }
            drain(&mut capped)
        };
        match step() {
            Ok(()) => Ok(true),
            Err(error) => {
                failure = Some(error);
                Err(sevenz_rust2::Error::Other("stopped".into()))
            }
        }
    });
    match failure {
        Some(error) => Err(error),
        None => outcome.map_err(|e| sevenz_error(&e)),
    }
}

fn sevenz_error(error: &sevenz_rust2::Error) -> Error {
    match error {
        sevenz_rust2::Error::UnsupportedCompressionMethod(method) if method.starts_with("AES") => unread("7z", &"by a password"),
        sevenz_rust2::Error::UnsupportedCompressionMethod(method) => unread("7z", method),
        sevenz_rust2::Error::PasswordRequired | sevenz_rust2::Error::MaybeBadPassword(_) => unread("7z", &"by a password"),
        _ => damaged("7z", error),
    }
}

/// Reads to the end, so that the check sum is verified.
fn drain(reader: &mut dyn Read) -> Result<()> {
    std::io::copy(reader, &mut std::io::sink()).map_err(|e| read_error(&e))?;
    Ok(())
}

/// Some programs pack with the separator of Windows.
fn with_slashes(name: &str) -> String {
    name.replace('\\', "/")
}

/// Names are never used as paths; one that would leave a folder still shows a hostile archive.
fn safe_name(name: &str) -> Result<()> {
    let hostile = name.starts_with('/') || name.contains(':') || name.split('/').any(|part| part == "..");
    if hostile || name.contains('\0') {
        return Err(Error::provider(
            Code::UnsafeMemberName,
            format!("the archive has a member with an unsafe name: {}", name.escape_debug()),
        ));
    }
    Ok(())
}

/// What systems leave beside data: never a body, and never a member that counts.
pub fn is_litter(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let known = [".DS_Store", "Thumbs.db", "desktop.ini"];
    file.starts_with("._")
        || file.starts_with("~$")
        || known.iter().any(|k| k.eq_ignore_ascii_case(file))
        || name.split('/').any(|part| part == "__MACOSX")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UTF-16 that does not end, and how far it was read.
    struct Endless(u64);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            for byte in buffer.iter_mut() {
                *byte = [0xfe, 0xff, 0x00, b'a'][match self.0 {
                    0 => 0,
                    1 => 1,
                    more => 2 + usize::from(more % 2 == 1),
                }];
                self.0 += 1;
            }
            Ok(buffer.len())
        }
    }

    impl std::io::Seek for Endless {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            if let SeekFrom::Start(at) = to {
                self.0 = at;
            }
            Ok(self.0)
        }
    }

    /// A body of UTF-16 was held whole, twice, before its first row was read.
    #[test]
    fn utf16_is_decoded_as_it_is_read() {
        let mut body = Endless(0);
        assert_eq!(kind_of(&mut body).unwrap(), Kind::Utf16);
        let mut text = String::new();
        text_reader(&mut body, Kind::Utf16).unwrap().take(1000).read_to_string(&mut text).unwrap();
        assert_eq!(text, format!("\u{feff}{}", "a".repeat(997)));
        assert!(body.0 < 1 << 20, "{} bytes were read", body.0);
    }
}
