use super::*;
use crate::limits;
use crate::properties;
use minicbor::Encoder;
use proptest::prelude::*;

fn peer(name: &str) -> PeerId {
    PeerId::new(name).unwrap()
}

fn document() -> DocumentId {
    DocumentId::from_entropy([5; 16])
}

fn every_frame() -> Vec<Frame> {
    let sync = SyncMessage {
        sender: peer("a"),
        target: peer("b"),
        document: document(),
        data: vec![1, 2, 3],
    };
    vec![
        Frame::Join(JoinMessage {
            sender: peer("a"),
            versions: vec!["1".into()],
            metadata: Metadata {
                storage: Some("s".into()),
                ephemeral: true,
            },
        }),
        Frame::Peer(PeerMessage {
            sender: peer("a"),
            target: peer("b"),
            version: "1".into(),
            metadata: Metadata::default(),
        }),
        Frame::Request(sync.clone()),
        Frame::Sync(sync),
        Frame::Refused(RefusedMessage {
            sender: peer("relay"),
            target: peer("phone"),
            document: document(),
            reason: "checksum".into(),
            message: "wrong checksum".into(),
        }),
        Frame::Unavailable(DocumentMessage {
            sender: peer("a"),
            target: peer("b"),
            document: document(),
        }),
        Frame::Ephemeral(EphemeralMessage {
            sender: peer("a"),
            target: peer("b"),
            document: document(),
            count: 7,
            session: "s".into(),
            data: vec![9],
        }),
        Frame::Leave { sender: peer("a") },
        Frame::Error {
            message: "why".into(),
        },
    ]
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn every_frame_survives_the_wire() {
    for frame in every_frame() {
        assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_float_count_and_undefined_fields_are_accepted() {
    let mut e = Encoder::new(Vec::new());
    e.begin_map()
        .unwrap()
        .str("type")
        .unwrap()
        .str("ephemeral")
        .unwrap();
    e.str("senderId").unwrap().str("a").unwrap();
    e.str("targetId").unwrap().str("b").unwrap();
    e.str("documentId")
        .unwrap()
        .str(&document().to_string())
        .unwrap();
    e.str("count").unwrap().f64(3.0).unwrap();
    e.str("sessionId").unwrap().str("s").unwrap();
    e.str("extra").unwrap().undefined().unwrap();
    e.str("data")
        .unwrap()
        .tag(minicbor::data::Tag::new(64))
        .unwrap()
        .bytes(&[1])
        .unwrap();
    e.end().unwrap();
    let Ok(Frame::Ephemeral(message)) = Frame::decode(&e.into_writer()) else {
        panic!("not read as an ephemeral message");
    };
    assert_eq!((message.count, message.data), (3, vec![1]));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn what_is_not_a_message_is_named() {
    assert_eq!(Frame::decode(b"hello"), Err(BadFrame::NotCbor));
    assert_eq!(Frame::decode(&[]), Err(BadFrame::NotCbor));
    let mut e = Encoder::new(Vec::new());
    e.map(1)
        .unwrap()
        .str("type")
        .unwrap()
        .str("surprise")
        .unwrap();
    assert_eq!(
        Frame::decode(&e.into_writer()),
        Err(BadFrame::UnknownType("surprise".into()))
    );
    let mut e = Encoder::new(Vec::new());
    e.map(4).unwrap().str("type").unwrap().str("sync").unwrap();
    e.str("senderId").unwrap().str("a").unwrap();
    e.str("targetId").unwrap().str("b").unwrap();
    e.str("documentId").unwrap().str("nonsense").unwrap();
    assert_eq!(
        Frame::decode(&e.into_writer()),
        Err(BadFrame::Field("documentId"))
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_frame_over_the_limit_is_refused_unread() {
    let bytes = vec![0xff; limits::FRAME_BYTES + 1];
    assert_eq!(
        Frame::decode(&bytes),
        Err(BadFrame::TooLarge(limits::FRAME_BYTES + 1))
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn deep_nesting_costs_nothing() {
    // A thousand arrays inside each other, as the value of a key nobody reads.
    let mut bytes = vec![0xa1, 0x61, b'x'];
    bytes.extend(std::iter::repeat_n(0x81, 100_000));
    bytes.push(0);
    assert!(Frame::decode(&bytes).is_err());
}

proptest! {
    #![proptest_config(properties::cases(256))]

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Frame::decode(&bytes);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_damaged_frame_does_not_make_the_decoder_panic(which in 0..9usize, at in 0..200usize, byte in any::<u8>()) {
        let mut bytes = every_frame()[which].encode();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = Frame::decode(&bytes);
    }
}
