//! Connections that break as those to a cluster do.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How much goes at once of what is slow, and how often.
const PIECE: usize = 1 << 10;

/// Forwards connections to a server on this machine, until the test ends.
pub(crate) struct BreakingProxy {
    pub(crate) port: u16,
    cut: Arc<AtomicUsize>,
}

impl BreakingProxy {
    /// Ends all connections again and again after a while. Answers to requests whose first line has `slow` in it come
    /// by a kilobyte with a pause after each.
    pub(crate) fn start(server: u16, every: Duration, slow: &'static str, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let cut = Arc::new(AtomicUsize::new(0));
        let (ended, count) = (Arc::clone(&open), Arc::clone(&cut));
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(every);
                for stream in ended.lock().unwrap().drain(..) {
                    // One that ended by itself is not there to be cut.
                    count.fetch_add(usize::from(stream.shutdown(Shutdown::Both).is_ok()), Ordering::Relaxed);
                }
            }
        });
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                open.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                forward(client, server, slow, pause);
            }
        });
        Self { port, cut }
    }

    /// How many connections it has ended.
    pub(crate) fn cut(&self) -> usize {
        self.cut.load(Ordering::Relaxed)
    }
}

fn forward(client: TcpStream, server: TcpStream, slow: &'static str, pause: Duration) {
    let is_slow = Arc::new(AtomicUsize::new(0));
    let (mut question, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let asked = Arc::clone(&is_slow);
    std::thread::spawn(move || {
        let mut bytes = [0; 16 << 10];
        while let Ok(length @ 1..) = question.read(&mut bytes) {
            let text = String::from_utf8_lossy(&bytes[..length]);
            asked.store(
                usize::from(text.lines().next().is_some_and(|line| line.contains(slow))),
                Ordering::SeqCst,
            );
            if to_server.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Write);
    });
    std::thread::spawn(move || {
        let (mut answer, mut to_client, mut bytes) = (server, client, [0; PIECE]);
        while let Ok(length @ 1..) = answer.read(&mut bytes) {
            if to_client.write_all(&bytes[..length]).is_err() {
                break;
            }
            if is_slow.load(Ordering::SeqCst) == 1 {
                std::thread::sleep(pause);
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
}
