//! Files that the person saves or chooses.

use leptos::web_sys;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Offers bytes to the person as a file of this name.
pub(crate) fn save(name: &str, bytes: &[u8]) {
    // Refused only where there is no page.
    let _ = offer(name, bytes);
}

fn offer(name: &str, bytes: &[u8]) -> Option<()> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let file = web_sys::Blob::new_with_u8_array_sequence(&parts).ok()?;
    let address = web_sys::Url::create_object_url_with_blob(&file).ok()?;
    let link = web_sys::window()?.document()?.create_element("a").ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.dyn_ref::<web_sys::HtmlElement>()?.click();
    // The browser has taken the file with the click.
    web_sys::Url::revoke_object_url(&address).ok()
}

/// The content of the file chosen in a field, which is empty afterwards; nothing for none, for one over `most` bytes, or one that cannot
/// be read.
pub(crate) async fn chosen(field: &web_sys::HtmlInputElement, most: usize) -> Option<Vec<u8>> {
    let file = field.files()?.get(0)?;
    let content = (file.size() <= most as f64).then(|| file.array_buffer());
    // The same file may be chosen again.
    field.set_value("");
    let content = JsFuture::from(content?).await.ok()?;
    Some(js_sys::Uint8Array::new(&content).to_vec())
}
