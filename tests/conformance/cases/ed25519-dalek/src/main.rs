//! Signatures, and secrets that are kept with a password.

use aes_gcm::aead::{Aead, KeyInit, OsRng};
use aes_gcm::{AeadCore, Aes256Gcm};
use argon2::Argon2;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

fn main() {
    let signing = SigningKey::generate(&mut OsRng);
    let signature = signing.sign(b"a message");
    let verifying = VerifyingKey::from_bytes(signing.verifying_key().as_bytes()).unwrap();
    verifying.verify_strict(b"a message", &signature).unwrap();
    verifying.verify_strict(b"another", &signature).unwrap_err();

    let mut key = [0; 32];
    Argon2::default().hash_password_into(b"a password", b"some salt", &mut key).unwrap();
    let cipher = Aes256Gcm::new(&key.into());
    let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
    let mut secret = cipher.encrypt(&nonce, &signing.to_bytes()[..]).unwrap();
    assert_eq!(cipher.decrypt(&nonce, &secret[..]).unwrap(), signing.to_bytes());
    secret[0] ^= 1;
    cipher.decrypt(&nonce, &secret[..]).unwrap_err();

    let hash: String = Sha256::digest(b"abc").iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    println!("ok");
}
