//! The connection to the relay the page came from: a WebSocket with binary frames.

use leptos::web_sys;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// What happens to a socket.
#[derive(Debug)]
pub(crate) enum SocketEvent {
    /// It is open.
    Opened,
    /// A binary frame arrived.
    Frame(Vec<u8>),
    /// It closed or could not be opened; nothing follows.
    Closed,
}

/// A socket that is being opened, or is open. Dropped, it is closed and nothing more is heard of it.
pub(crate) struct Socket {
    socket: web_sys::WebSocket,
    _plain: [Closure<dyn Fn()>; 2],
    _message: Closure<dyn Fn(web_sys::MessageEvent)>,
}

impl Socket {
    /// Starts opening a socket to `/sync`; `None` when the browser refuses at once.
    pub(crate) fn dial(on_event: impl Fn(SocketEvent) + 'static) -> Option<Self> {
        let socket = web_sys::WebSocket::new(&address()?).ok()?;
        socket.set_binary_type(web_sys::BinaryType::Arraybuffer);
        let on_event = Rc::new(on_event);
        let opened = plain(&on_event, || SocketEvent::Opened);
        let closed = plain(&on_event, || SocketEvent::Closed);
        let message = Closure::<dyn Fn(_)>::new(move |event: web_sys::MessageEvent| {
            // A text frame is not part of the protocol.
            if let Ok(buffer) = event.data().dyn_into::<js_sys::ArrayBuffer>() {
                on_event(SocketEvent::Frame(
                    js_sys::Uint8Array::new(&buffer).to_vec(),
                ));
            }
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        // An error is always followed by a close.
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        Some(Self {
            socket,
            _plain: [opened, closed],
            _message: message,
        })
    }

    /// Sends a binary frame. A socket that is closing drops it; its closing is told as any other.
    pub(crate) fn send(&self, frame: &[u8]) {
        let _ = self.socket.send_with_u8_array(frame);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        self.socket.set_onmessage(None);
        // Refused only for close codes, and none is given.
        let _ = self.socket.close();
    }
}

fn plain(
    on_event: &Rc<impl Fn(SocketEvent) + 'static>,
    event: fn() -> SocketEvent,
) -> Closure<dyn Fn()> {
    let on_event = Rc::clone(on_event);
    Closure::new(move || on_event(event()))
}

fn address() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    Some(format!("{scheme}://{}/sync", location.host().ok()?))
}
