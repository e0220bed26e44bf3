//! Code of the application that this crate calls. What fails in it ends there: the panic hook reports it, and the
//! connection goes on (CLI-05).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;

/// An asynchronous function of the application.
pub(crate) type Handler<A, T = ()> = Arc<dyn Fn(A) -> Pin<Box<dyn Future<Output = T> + Send>> + Send + Sync>;

/// A plain function that is told of something. It is called in place, so it should not block.
pub(crate) type Notice<A> = Arc<dyn Fn(A) + Send + Sync>;

/// Forgets the types of a function and of its future; `into` says what its output comes to.
pub(crate) fn boxed<A, F, O, T>(function: F, into: fn(O::Output) -> T) -> Handler<A, T>
where
    F: Fn(A) -> O + Send + Sync + 'static,
    O: Future + Send + 'static,
    T: 'static,
{
    Arc::new(move |argument| {
        let future = function(argument);
        Box::pin(async move { into(future.await) })
    })
}

/// Calls a function in a task of its own, and waits for it. `None` if it panicked, before or after its first await.
pub(crate) async fn call<A, T>(function: Handler<A, T>, argument: A) -> Option<T>
where
    A: Send + 'static,
    T: Send + 'static,
{
    tokio::spawn(async move { function(argument).await }).await.ok()
}

/// Tells a function of the application.
pub(crate) fn tell<A>(notice: Option<Notice<A>>, argument: A) {
    if let Some(notice) = notice {
        // what a panic leaves behind is the application's own; nothing of this crate's is borrowed here
        let _ = catch_unwind(AssertUnwindSafe(|| notice(argument)));
    }
}
