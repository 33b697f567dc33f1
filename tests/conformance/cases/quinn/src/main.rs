//! QUIC between two ends on loopback.

use quinn::{ClientConfig, Endpoint, ServerConfig};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use std::sync::Arc;

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::with_single_cert(vec![cert.der().clone()], key).unwrap();
    let server = Endpoint::server(config, "127.0.0.1:0".parse().unwrap()).unwrap();
    let address = server.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let connection = server.accept().await.unwrap().await.unwrap();
        while let Ok((mut send, mut receive)) = connection.accept_bi().await {
            let message = receive.read_to_end(1 << 20).await.unwrap();
            send.write_all(&message).await.unwrap();
            send.finish().unwrap();
        }
        server.wait_idle().await;
    });

    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let mut client = Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    client.set_default_client_config(ClientConfig::with_root_certificates(Arc::new(roots)).unwrap());
    let connection = client.connect(address, "localhost").unwrap().await.unwrap();
    for len in [1, 1000, 500_000] {
        let (mut send, mut receive) = connection.open_bi().await.unwrap();
        let message: Vec<_> = (0..len).map(|number| number as u8).collect();
        send.write_all(&message).await.unwrap();
        send.finish().unwrap();
        assert!(receive.read_to_end(1 << 20).await.unwrap() == message);
    }
    connection.close(0_u32.into(), b"done");
    client.wait_idle().await;
    serving.await.unwrap();
    println!("ok");
}
