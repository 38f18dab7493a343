//! A real Prometheus on a free port of the loopback, ended with the test.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that answers.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts one on a data folder; with `scraping`, it asks itself every second.
    pub(crate) fn start(folder: &Path, data: &Path, scraping: bool) -> Self {
        Self::start_with(
            folder,
            data,
            scraping,
            &["--web.enable-admin-api", "--storage.tsdb.retention.time=100y"],
        )
    }

    /// The same with these arguments.
    pub(crate) fn start_with(folder: &Path, data: &Path, scraping: bool, arguments: &[&str]) -> Self {
        let config = |port: u16| {
            let job = format!(
                "scrape_configs: [{{job_name: self, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]"
            );
            format!("global: {{scrape_interval: 1s}}\n{}\n", if scraping { job.as_str() } else { "" })
        };
        Self::start_configured(folder, data, config, arguments)
    }

    /// With a configuration made for its port.
    pub(crate) fn start_configured(
        folder: &Path,
        data: &Path,
        configuration: impl Fn(u16) -> String,
        arguments: &[&str],
    ) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        std::fs::write(folder.join("prometheus.yml"), configuration(port)).unwrap();
        Self::start_on(port, folder, data, arguments)
    }

    /// Starts one again that was configured before, where it was.
    pub(crate) fn start_at(port: u16, folder: &Path, arguments: &[&str]) -> Self {
        Self::start_on(port, folder, &folder.join("data"), arguments)
    }

    fn start_on(port: u16, folder: &Path, data: &Path, arguments: &[&str]) -> Self {
        let config = folder.join("prometheus.yml");
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", data.display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, port };
        let begin = Instant::now();
        // One that listens by TLS says so.
        let is_ready = |answer: &String| answer.contains(" 200 ") || answer.contains("to an HTTPS server");
        while !server.ask("GET", "/-/ready").as_ref().is_some_and(is_ready) {
            assert!(begin.elapsed() < Duration::from_secs(60), "the server does not become ready");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Until the server asked itself twice; it begins seconds after it is ready.
    pub(crate) fn wait_for_scrapes(&self) {
        let begin = Instant::now();
        let count = |server: &Self| server.query("query=count_over_time(up[5m])");
        while count(self).and_then(|count| count.parse().ok()).is_none_or(|count: u32| count < 2) {
            assert!(begin.elapsed() < Duration::from_secs(60), "the server does not scrape");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Until it has written what it has, as somebody who shuts it down would.
    pub(crate) fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        self.process.wait().unwrap();
    }

    /// The answer with its headers; none if nobody listens yet.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let request = format!("{method} {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// The number that an instant query gives for its one series.
    pub(crate) fn number(&self, query: &str, seconds: i64) -> Option<String> {
        let query = query.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
        self.query(&format!("time={seconds}&query={query}"))
    }

    fn query(&self, parameters: &str) -> Option<String> {
        let answer = self.ask("GET", &format!("/api/v1/query?{parameters}"))?;
        let body: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()?;
        Some(body.pointer("/data/result/0/value/1")?.as_str()?.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
