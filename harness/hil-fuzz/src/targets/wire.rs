//! Frames on a link: whatever arrives, in whatever pieces.

use hil_wire::decode::Decoder;
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{Request, Response};

use crate::target::Target;
use crate::targets::expect;

pub(crate) const TARGET: Target = Target {
    name: "wire",
    about: "frames of the wire protocol and the messages in them",
    words: &["\0", "\0\0", "\u{1}", "\u{1}\u{1}\u{1}\u{1}", "\u{7f}"],
    fixtures: &[],
    check: |bytes| {
        let whole = decoded(bytes.chunks(bytes.len().max(1)))?;
        let pieces = decoded(bytes.chunks(1))?;
        expect(whole == pieces, || "other frames when the bytes come one by one".to_owned())?;
        expect(whole.len() <= bytes.len(), || format!("{} frames in {} bytes", whole.len(), bytes.len()))
    },
};

/// Each frame in words.
fn decoded<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> Result<Vec<String>, String> {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    for piece in pieces {
        let mut rest = piece;
        while let Some(frame) = decoder.feed(&mut rest) {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) => {
                    out.push(error.to_string());
                    continue;
                }
            };
            let request = frame.message::<Request<'_>>();
            let response = frame.message::<Response<'_>>();
            if let Some(request) = &request {
                again(request, |frame| frame.message::<Request<'_>>().map(|request| format!("{request:?}")))?;
            }
            if let Some(response) = &response {
                again(response, |frame| frame.message::<Response<'_>>().map(|response| format!("{response:?}")))?;
            }
            out.push(format!("{:?} {request:?} {response:?}", frame.lost));
        }
    }
    Ok(out)
}

/// What was understood can be said again, and is understood again.
fn again<M: std::fmt::Debug + framed::Message>(
    message: &M,
    read: impl Fn(hil_wire::decode::Frame<'_>) -> Option<String>,
) -> Result<(), String> {
    let mut buffer = [0; MAX_FRAME];
    let frame = message.encode(&mut buffer)?;
    let mut decoder = Decoder::new();
    let mut rest = frame;
    let back = decoder.feed(&mut rest).and_then(Result::ok).and_then(read);
    expect(back == Some(format!("{message:?}")), || format!("{message:?} came back as {back:?}"))
}

/// Messages that can be put into a frame.
mod framed {
    use super::{Encoder, MAX_FRAME, Request, Response};

    pub(super) trait Message {
        fn encode<'o>(&self, out: &'o mut [u8; MAX_FRAME]) -> Result<&'o [u8], String>;
    }

    impl Message for Request<'_> {
        fn encode<'o>(&self, out: &'o mut [u8; MAX_FRAME]) -> Result<&'o [u8], String> {
            Encoder::new().encode(self, out).map_err(|error| error.to_string())
        }
    }

    impl Message for Response<'_> {
        fn encode<'o>(&self, out: &'o mut [u8; MAX_FRAME]) -> Result<&'o [u8], String> {
            Encoder::new().encode(self, out).map_err(|error| error.to_string())
        }
    }
}
