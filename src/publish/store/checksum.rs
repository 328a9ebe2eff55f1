//! Checksums by which stores compare what they receive with what was sent.

/// CRC-32C, by which Google Cloud Storage checks.
pub(super) fn crc32c(bytes: &[u8]) -> [u8; 4] {
    let [.., a, b, c, d] = remainder(0x82F6_3B78, u64::from(u32::MAX), bytes).to_be_bytes();
    [a, b, c, d]
}

/// CRC-64, by which Azure Blob Storage checks, in its order of bytes.
pub(super) fn crc64(bytes: &[u8]) -> [u8; 8] {
    remainder(0x9A6C_9329_AC4B_C9B5, u64::MAX, bytes).to_le_bytes()
}

/// The remainder by a polynomial, lowest bit first, that begins with ones and ends turned over.
fn remainder(polynomial: u64, ones: u64, bytes: &[u8]) -> u64 {
    let mut of_byte = [0; 256];
    for (byte, rest) in (0..).zip(&mut of_byte) {
        *rest = (0..8).fold(byte, |rest: u64, _| if rest & 1 == 1 { rest >> 1 ^ polynomial } else { rest >> 1 });
    }
    bytes.iter().fold(ones, |rest, byte| rest >> 8 ^ of_byte[usize::from(rest.to_le_bytes()[0] ^ byte)]) ^ ones
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    /// The check values of the catalogue of CRC algorithms (CRC-32/ISCSI, CRC-64/NVME), and what the tests of Azure's own
    /// library expect.
    #[test]
    fn checksums_are_those_of_the_stores() {
        assert_eq!(super::crc32c(b"123456789"), 0xE306_9283_u32.to_be_bytes());
        assert_eq!(super::crc64(b"123456789"), 0xAE8B_1486_0A79_9888_u64.to_le_bytes());
        assert_eq!(STANDARD.encode(super::crc64(b"Hello Azure!")), "DtjZpL9/o8c=");
        assert_eq!((super::crc32c(b""), super::crc64(b"")), ([0; 4], [0; 8]));
    }
}
