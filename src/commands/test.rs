pub async fn test(_: &crate::settings::Settings, _: &crate::printer::Printer, _: &[String], _: bool, _: Option<&str>, _: &[String], _: &[i32]) -> crate::error::Result<u8> { Ok(0) }
