use super::*;
use crate::identity::Challenge;
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
        Frame::Limits(RelayLimits {
            frame_bytes: 1,
            documents_per_space: u64::MAX,
            ..RelayLimits::DEFAULT
        }),
        Frame::Durable(DurableMessage {
            document: document(),
            heads: vec![ChangeHash([1; 32]), ChangeHash([2; 32])],
        }),
        Frame::Refused(RefusedMessage {
            sender: peer("relay"),
            target: peer("phone"),
            document: document(),
            reason: "checksum".into(),
            message: "wrong checksum".into(),
            changes: vec![ChangeHash([3; 32])],
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
        Frame::Challenge(Challenge([5; 32])),
        Frame::Proof(vec![4, 5]),
        Frame::Members {
            space: document(),
            data: vec![6],
        },
        Frame::Receipt {
            document: document(),
            data: vec![6],
        },
        Frame::Signatures {
            document: document(),
            digest: vec![1, 2],
            data: vec![3],
        },
        Frame::Ask {
            number: 1,
            data: vec![7],
        },
        Frame::Answer {
            number: u64::MAX,
            data: vec![8],
        },
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
fn a_frame_over_the_limit_is_refused_unread_and_one_just_as_long_is_read() {
    let padded = |length: usize| {
        let mut e = Encoder::new(Vec::new());
        e.map(2).unwrap().str("type").unwrap();
        e.str("remote-heads-changed").unwrap().str("x").unwrap();
        let head = 5;
        let rest = length - e.writer().len() - head;
        e.bytes(&vec![0; rest]).unwrap();
        e.into_writer()
    };
    let most = padded(limits::FRAME_BYTES);
    assert_eq!(most.len(), limits::FRAME_BYTES);
    let read = Frame::decode(&most);
    assert_eq!(read, Ok(Frame::Ignored("remote-heads-changed")));
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

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn of_limits_only_what_is_said_and_known_counts() {
    let mut e = Encoder::new(Vec::new());
    e.map(2).unwrap().str("type").unwrap();
    e.str("maillage-limits").unwrap().str("limits").unwrap();
    e.begin_map().unwrap();
    e.str("frameBytes").unwrap().u32(70_000).unwrap();
    e.str("documentsPerSpace").unwrap().str("many").unwrap();
    e.str("photos").unwrap().array(1).unwrap().u8(7).unwrap();
    e.end().unwrap();
    let expected = RelayLimits {
        frame_bytes: 70_000,
        ..RelayLimits::DEFAULT
    };
    assert_eq!(Frame::decode(&e.into_writer()), Ok(Frame::Limits(expected)));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn durable_heads_are_whole_hashes_and_not_too_many() {
    let durable = |heads: usize| {
        Frame::Durable(DurableMessage {
            document: document(),
            heads: vec![ChangeHash([7; 32]); heads],
        })
    };
    let most = limits::Limits::DEFAULT.hashes;
    assert_eq!(Frame::decode(&durable(most).encode()), Ok(durable(most)));
    let too_many = durable(most + 1).encode();
    assert_eq!(Frame::decode(&too_many), Err(BadFrame::Field("heads")));
    let mut e = Encoder::new(Vec::new());
    e.map(3).unwrap().str("type").unwrap();
    e.str("maillage-durable").unwrap();
    e.str("documentId").unwrap();
    e.str(&document().to_string()).unwrap();
    e.str("heads").unwrap().bytes(&[7; 33]).unwrap();
    assert_eq!(
        Frame::decode(&e.into_writer()),
        Err(BadFrame::Field("heads"))
    );
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
    fn a_damaged_frame_does_not_make_the_decoder_panic(which in 0..17usize, at in 0..200usize, byte in any::<u8>()) {
        let mut bytes = every_frame()[which].encode();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = Frame::decode(&bytes);
    }
}
