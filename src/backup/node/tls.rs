//! Whom servers have to be, and who we are to them: certificates of an authority of one's own.

use std::fmt;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::{Failure, NodeError};

/// Certificates for connections to the servers of a stack.
#[derive(Clone)]
pub struct Tls(TlsConfig);

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls(hidden)")
    }
}

/// What messages call a file, and its text.
pub(crate) type Pem = (String, Vec<u8>);

impl Tls {
    /// Servers are believed whose certificates are by one of `authorities`, by nobody else; they get to see the client's
    /// certificate, if there is one, with its key.
    pub(crate) fn new(authorities: Option<&Pem>, client: Option<(&Pem, &Pem)>) -> Result<Self, NodeError> {
        let mut config = TlsConfig::builder();
        if let Some(pem) = authorities {
            config = config.root_certs(RootCerts::new_with_certs(&certificates(pem)?));
        }
        if let Some((pem, key)) = client {
            config =
                config.client_cert(Some(ClientCert::new_with_certs(&certificates(pem)?, private_key(key)?)));
        }
        Ok(Self(config.build()))
    }

    pub(super) fn config(&self) -> TlsConfig {
        self.0.clone()
    }
}

fn certificates((place, text): &Pem) -> Result<Vec<Certificate<'static>>, NodeError> {
    let mut found = Vec::new();
    for item in parse_pem(text) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(broken(place, &format!("cannot be read: {error}"))),
        }
    }
    if found.is_empty() { Err(broken(place, "holds no certificate")) } else { Ok(found) }
}

fn private_key((place, text): &Pem) -> Result<PrivateKey<'static>, NodeError> {
    let keys = parse_pem(text).filter_map(|item| match item {
        Ok(PemItem::PrivateKey(key)) => Some(key),
        _ => None,
    });
    keys.last().ok_or_else(|| broken(place, "holds no private key"))
}

fn broken(place: &str, message: &str) -> NodeError {
    NodeError::new(Failure::Content, place, message).hint("PEM was expected: -----BEGIN ...-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_hold_something_else_are_named_and_not_shown() {
        let error = Tls::new(Some(&("ca.crt".to_owned(), b"canary".to_vec())), None).unwrap_err();
        assert_eq!((error.place.as_str(), error.message.as_str()), ("ca.crt", "holds no certificate"));
        let error = private_key(&("tls.key".to_owned(), b"canary".to_vec())).unwrap_err();
        assert_eq!(error.message, "holds no private key");
        assert!(!error.to_string().contains("canary"));
    }
}
