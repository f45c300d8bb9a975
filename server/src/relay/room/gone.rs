//! The task of a document that was erased: whoever comes for it is told so, as far as they may know that it was there.

use super::{Context, RoomInput, Rooms};
use maillage_shared::id::DocumentId;
use maillage_shared::wire::{Dialect, DocumentMessage, Frame};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Answers until nobody has come for a while.
pub(super) async fn run(
    document: DocumentId,
    context: &Context,
    rooms: &Rooms,
    mut mailbox: mpsc::Receiver<RoomInput>,
) {
    let mut idle_until = Instant::now() + context.options.idle_time;
    loop {
        tokio::select! {
            input = mailbox.recv() => match input {
                Some(RoomInput::Sync { peer, dialect, warrant, outbound, .. }) => {
                    let told = match (dialect, &context.registry) {
                        (Dialect::Extended, Some(registry)) => registry.tell_erased(&warrant, Some(&[document])),
                        _ => Vec::new(),
                    };
                    if told.is_empty() {
                        let unavailable = Frame::Unavailable(DocumentMessage {
                            sender: context.relay.clone(),
                            target: peer,
                            document,
                        });
                        outbound.send(unavailable.encode());
                    }
                    told.into_iter().for_each(|frame| outbound.send(frame));
                    idle_until = Instant::now() + context.options.idle_time;
                }
                Some(RoomInput::Finish(finished)) => {
                    let _ = finished.send(());
                }
                Some(_) => {}
                None => return,
            },
            () = sleep_until(idle_until) => {
                if rooms.retire(document, &mailbox) {
                    return;
                }
                idle_until = Instant::now() + context.options.idle_time;
            }
        }
    }
}
