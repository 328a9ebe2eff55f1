pub fn reference(_: &crate::printer::Printer) -> crate::error::Result<u8> {
    Ok(0)
}
