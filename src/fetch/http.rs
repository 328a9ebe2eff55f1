//! Limits of every request to a provider, as the `[http]` block of its pipelines file sets them.

#[derive(Debug, Clone)]
pub struct Http {
    pub base_url: String,
    /// Hosts of a private network that redirects may lead to.
    pub allow_hosts: Vec<String>,
    pub user_agent: String,
    pub connect_timeout_seconds: f64,
    pub read_timeout_seconds: f64,
    pub total_timeout_seconds: f64,
    pub max_bytes: u64,
    pub pause_milliseconds: u64,
    pub retries: usize,
    pub first_wait_milliseconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            allow_hosts: Vec::new(),
            user_agent: format!("yardstick/{} (batch pipeline for ICT target indicators)", env!("CARGO_PKG_VERSION")),
            connect_timeout_seconds: 10.0,
            read_timeout_seconds: 60.0,
            total_timeout_seconds: 900.0,
            max_bytes: 1 << 30,
            pause_milliseconds: 1000,
            retries: 4,
            first_wait_milliseconds: 2000,
        }
    }
}
