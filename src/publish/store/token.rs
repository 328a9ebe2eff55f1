//! The token by which Google knows who asks: from the environment, or in exchange for what a credentials file holds.

use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::bucket::{Setting, again, real_now};
use super::version::failed;
use crate::error::{Error, Result};

const FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";
/// Where a credentials file names no other address.
const EXCHANGE: &str = "https://oauth2.googleapis.com/token";
/// A token is taken anew a little before it ends.
const BEFORE_ITS_END: Duration = Duration::from_mins(1);

pub(super) enum Token {
    Given(SecretString),
    Exchanged { address: Box<Url>, grant: Box<Grant>, kept: Mutex<Option<(SecretString, Instant)>> },
}

/// What a credentials file has.
pub(super) enum Grant {
    Service { email: String, key_id: String, key: Box<RsaKeyPair> },
    Person { id: String, secret: SecretString, refresh: SecretString },
}

impl Token {
    /// A token of the environment goes before the file; none where the environment has neither.
    pub(super) fn of(setting: Setting) -> Result<Option<Self>> {
        let given = ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"].iter().find_map(|name| setting(name));
        if let Some(token) = given {
            return Ok(Some(Self::Given(token.trim().into())));
        }
        let Some(path) = setting(FILE) else { return Ok(None) };
        let bytes = fs_err::read(&path).map_err(|error| Error::usage(format!("{FILE}: {error}")))?;
        // What a parser says of a text that is not as it should be may repeat a part of it.
        let file: Value = serde_json::from_slice(&bytes).map_err(|_| Error::usage(format!("{FILE}: {path} is no JSON")))?;
        let address = file["token_uri"].as_str().unwrap_or(EXCHANGE).parse();
        let (Ok(address), Some(grant)) = (address, Grant::of(&file)) else {
            return Err(Error::usage_hint(
                format!("{FILE}: {path} is neither the key of a service account nor what `gcloud auth application-default login` writes"),
                "for credentials of another kind give GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)",
            ));
        };
        Ok(Some(Self::Exchanged { address: Box::new(address), grant: Box::new(grant), kept: Mutex::new(None) }))
    }

    pub(super) async fn get(&self, client: &Client) -> Result<String> {
        let (address, grant, kept) = match self {
            Self::Given(token) => return Ok(token.expose_secret().to_owned()),
            Self::Exchanged { address, grant, kept } => (address, grant, kept),
        };
        // Whoever comes meanwhile waits for the one exchange.
        let mut kept = kept.lock().await;
        if let Some((token, _)) = kept.as_ref().filter(|(_, until)| *until > Instant::now() + BEFORE_ITS_END) {
            return Ok(token.expose_secret().to_owned());
        }
        let form = grant.form(address, real_now())?;
        let host = address.host_str().unwrap_or_default();
        let response = again(host, async || Ok(client.post((**address).clone()).form(&form))).await?;
        let status = response.status();
        let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap_or_default()).unwrap_or_default();
        let Some(token) = answer["access_token"].as_str() else {
            let why = answer["error"].as_str().map(|word| format!(" ({word})")).unwrap_or_default();
            let hint = "look at GOOGLE_APPLICATION_CREDENTIALS: is the key still one of the account, and the clock of this machine right?";
            return Err(failed(format!("{host} gives no token: it answers {status}{why}"), hint));
        };
        let holds = Duration::from_secs(answer["expires_in"].as_u64().unwrap_or(0));
        *kept = Some((token.into(), Instant::now() + holds));
        Ok(token.to_owned())
    }
}

impl Grant {
    fn of(file: &Value) -> Option<Self> {
        let text = |key: &str| file[key].as_str();
        match text("type")? {
            "service_account" => {
                let body: String =
                    text("private_key")?.lines().filter(|line| !line.starts_with('-')).flat_map(str::split_whitespace).collect();
                let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(body).ok()?).ok()?;
                let key_id = text("private_key_id").unwrap_or_default().to_owned();
                Some(Self::Service { email: text("client_email")?.to_owned(), key_id, key: Box::new(key) })
            }
            "authorized_user" => Some(Self::Person {
                id: text("client_id")?.to_owned(),
                secret: text("client_secret")?.into(),
                refresh: text("refresh_token")?.into(),
            }),
            _ => None,
        }
    }

    /// What a token is exchanged for.
    fn form(&self, address: &Url, now: Timestamp) -> Result<Vec<(&'static str, String)>> {
        Ok(match self {
            Self::Service { email, key_id, key } => {
                let (begins, ends) = (now.as_second(), now.as_second() + 3600);
                let header = json!({ "alg": "RS256", "typ": "JWT", "kid": key_id });
                let claims = json!({ "iss": email, "scope": SCOPE, "aud": address.as_str(), "iat": begins, "exp": ends });
                let assertion = signed(key, &header.to_string(), &claims.to_string())?;
                vec![("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".into()), ("assertion", assertion)]
            }
            Self::Person { id, secret, refresh } => vec![
                ("grant_type", "refresh_token".into()),
                ("client_id", id.clone()),
                ("client_secret", secret.expose_secret().to_owned()),
                ("refresh_token", refresh.expose_secret().to_owned()),
            ],
        })
    }
}

/// Header and claims with their signature, as a JSON Web Token.
fn signed(key: &RsaKeyPair, header: &str, claims: &str) -> Result<String> {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .map_err(|_| Error::Internal("a token could not be signed".into()))?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.2: its key, what is signed, and the signature.
    #[test]
    fn a_token_is_signed_as_the_standard_has_it() {
        let key = include_str!("../../../tests/suite/publication/rfc7515_a2.pem");
        let file = json!({ "type": "service_account", "client_email": "joe@example.com", "private_key": key });
        let Some(Grant::Service { key, .. }) = Grant::of(&file) else { panic!("no key") };
        let claims = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        let token = signed(&key, "{\"alg\":\"RS256\"}", claims).unwrap();
        assert_eq!(
            token,
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
             cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQ\
             jbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqt\
             FZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        );
    }

    #[test]
    fn a_token_is_asked_for_as_google_reads_it() {
        let address: Url = "https://oauth2.googleapis.com/token".parse().unwrap();
        let file = json!({
            "type": "service_account", "client_email": "joe@example.com", "private_key_id": "7",
            "private_key": include_str!("../../../tests/suite/publication/rfc7515_a2.pem"),
        });
        let form = Grant::of(&file).unwrap().form(&address, "2026-11-24T00:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(form[0], ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()));
        let parts: Vec<Value> =
            form[1].1.split('.').take(2).map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()).collect();
        assert_eq!(parts[0], json!({ "alg": "RS256", "typ": "JWT", "kid": "7" }));
        let begins = 1_795_478_400;
        let claims = json!({ "iss": "joe@example.com", "scope": SCOPE, "aud": address.as_str(), "iat": begins, "exp": begins + 3600 });
        assert_eq!(parts[1], claims);
        let person = json!({ "type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c" });
        let form = Grant::of(&person).unwrap().form(&address, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(form.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["grant_type", "client_id", "client_secret", "refresh_token"]);
        assert!(Grant::of(&json!({ "type": "external_account" })).is_none());
        assert!(Grant::of(&json!({ "type": "service_account", "client_email": "a", "private_key": "b" })).is_none());
    }
}
