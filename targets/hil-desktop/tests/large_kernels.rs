//! Kernels that fill memory, in a process of their own: the peak of this one is theirs.

use hil_desktop::kernels::shared_kernels;

#[test]
fn kernels_in_memory_give_their_known_answer_before_and_after_a_run() {
    let mut kernels = shared_kernels();
    kernels.retain(|kernel| kernel.name().contains("-memory"));
    assert_eq!(kernels.len(), 7 * 2);
    for kernel in &mut kernels {
        assert_eq!(kernel.known_answer(), Ok(()), "{}", kernel.name());
        kernel.run();
        assert_eq!(kernel.status(), Ok(()), "{}", kernel.name());
        assert_eq!(kernel.known_answer(), Ok(()), "{}", kernel.name());
    }
}
