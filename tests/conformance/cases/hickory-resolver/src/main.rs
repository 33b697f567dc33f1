//! Names by DNS, asked of a server on loopback.

use hickory_resolver::Resolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::name_server::TokioConnectionProvider;
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, TXT};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use hickory_resolver::proto::serialize::binary::BinDecodable;
use hickory_resolver::proto::xfer::Protocol;
use std::net::{IpAddr, Ipv4Addr};
use tokio::net::UdpSocket;

/// Knows one name.
async fn serve(socket: UdpSocket) {
    let mut buffer = [0; 1500];
    loop {
        let (len, from) = socket.recv_from(&mut buffer).await.unwrap();
        let question = Message::from_bytes(&buffer[..len]).unwrap();
        let query = question.queries()[0].clone();
        let mut answer = Message::new();
        answer.set_id(question.id()).set_message_type(MessageType::Response).set_recursion_available(true);
        let data = match (query.name().to_ascii().as_str(), query.query_type()) {
            ("plugin.test.", RecordType::A) => Some(RData::A(A(Ipv4Addr::new(192, 0, 2, 7)))),
            ("plugin.test.", RecordType::TXT) => Some(RData::TXT(TXT::new(vec!["a text".to_owned()]))),
            _ => None,
        };
        match data {
            Some(data) => _ = answer.add_answer(Record::from_rdata(query.name().clone(), 60, data)),
            None => _ = answer.set_response_code(ResponseCode::NXDomain),
        }
        answer.add_query(query);
        socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
    }
}

#[tokio::main]
async fn main() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = NameServerConfig::new(socket.local_addr().unwrap(), Protocol::Udp);
    tokio::spawn(serve(socket));
    let mut config = ResolverConfig::new();
    config.add_name_server(server);
    let resolver = Resolver::builder_with_config(config, TokioConnectionProvider::default()).build();
    let found: Vec<_> = resolver.lookup_ip("plugin.test.").await.unwrap().iter().collect();
    assert_eq!(found, [IpAddr::from([192, 0, 2, 7])]);
    let texts = resolver.txt_lookup("plugin.test.").await.unwrap();
    assert_eq!(texts.iter().next().unwrap().to_string(), "a text");
    assert!(resolver.lookup_ip("other.test.").await.unwrap_err().is_nx_domain());
    println!("ok");
}
