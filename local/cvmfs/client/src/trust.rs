//! The part of CernVM-FS's chain of trust that the cvmfs library leaves out. The library checks that
//! the certificate signed the manifest and that the whitelist has not expired; here, that the
//! whitelist is signed by a master key and lists that certificate.

use std::fs;

use rsa::{pkcs8::DecodePublicKey, Pkcs1v15Sign, RsaPublicKey};
use sha1::{Digest, Sha1};
use x509_certificate::X509Certificate;

/// Checks what the library has just put into its cache, the working directory. `certificate` is the hash that names the
/// certificate's object; `keys` are files with a public key (PEM) each.
pub fn verify(keys: &[String], certificate: &str) -> Result<(), String> {
    let whitelist = read(".cvmfswhitelist")?;
    let text = signed_text(&whitelist, keys)?;
    let (folder, name) =
        certificate.split_at_checked(2).ok_or("the manifest names no certificate")?;
    let fingerprint = fingerprint(&read(&format!("data/{folder}/{name}X"))?)?;
    let listed = text
        .lines()
        .skip(3) // creation, expiry, name
        .filter_map(|line| line.split_whitespace().next())
        .any(|listed| listed.eq_ignore_ascii_case(&fingerprint));
    if listed {
        Ok(())
    } else {
        Err(format!(
            "the whitelist does not list the certificate {fingerprint} that signed the manifest"
        ))
    }
}

/// The whitelist's text, once its checksum and signature hold. After "--" come the text's SHA-1 in
/// hexadecimal and that string signed with a master key, as it is, without a digest's name around it.
fn signed_text(whitelist: &[u8], keys: &[String]) -> Result<String, String> {
    let marker = b"\n--\n";
    let end = whitelist
        .windows(marker.len())
        .position(|window| window == marker)
        .ok_or("the whitelist is not signed")?;
    let (text, trailer) = (&whitelist[..end + 1], &whitelist[end + marker.len()..]);
    let (checksum, signature) =
        trailer.split_at_checked(41).ok_or("the whitelist's signature is cut off")?;
    let checksum = &checksum[..40];
    if checksum != hexadecimal(&Sha1::digest(text), "").as_bytes() {
        return Err("the whitelist's checksum does not fit its text".into());
    }
    for key in keys {
        let pem = String::from_utf8_lossy(&read(key)?).into_owned();
        let key = RsaPublicKey::from_public_key_pem(pem.trim())
            .map_err(|error| format!("{key} is not an RSA public key: {error}"))?;
        if key.verify(Pkcs1v15Sign::new_unprefixed(), checksum, signature).is_ok() {
            return Ok(String::from_utf8_lossy(text).into_owned());
        }
    }
    Err(format!("the whitelist is signed by none of {}", keys.join(", ")))
}

fn fingerprint(pem: &[u8]) -> Result<String, String> {
    let certificate = X509Certificate::from_pem(pem)
        .map_err(|error| format!("the repository's certificate: {error}"))?;
    let der = certificate.encode_der().map_err(|error| error.to_string())?;
    Ok(hexadecimal(&Sha1::digest(der), ":").to_uppercase())
}

fn hexadecimal(bytes: &[u8], separator: &str) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(separator)
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}
