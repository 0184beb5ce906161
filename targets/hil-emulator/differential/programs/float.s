@ The floating-point context: lazy and eager stacking, nesting, FPCA, ASPEN, FPDSCR, and faults of late saving.
        .include "common.inc"

        .macro  show_fpccr
        ldr     r11, =SCS + FPCCR
        ldr     r10, [r11]
        @ QEMU shows UFRDY, a bit of Armv8-M.
        bic     r10, r10, #0x400
        mark    r10
        .endm

@ Uses the FPU in a handler and logs where the late saving went.
        .thumb_func
use:    push    {r0, lr}
        show_fpccr
        show    FPCAR
        @ Of the new context's FPSCR, only the fields of FPDSCR are known.
        vmrs    r1, fpscr
        and     r1, r1, #0x07c00000
        mark    r1
        vmov.f32 s0, #9.0
        vmov.f32 s15, #10.0
        vmov.f32 s16, #11.0
        show_fpccr
        mrs     r1, CONTROL
        mark    r1
        pop     {r0, lr}
        push    {r0, lr}
        add     r1, r0, #32
        ldm     r1!, {r2, r3}
        mark    r2
        mark    r3
        ldr     r2, [r0, #92]
        mark    r2
        ldr     r2, [r0, #96]
        and     r2, r2, #0x07c00000
        mark    r2
        pop     {r0, pc}

@ Only looks.
        .thumb_func
look:   push    {r0, lr}
        ldr     r2, [r0, #32]
        mark    r2
        mrs     r1, CONTROL
        mark    r1
        pop     {r0, pc}

@ Uses the FPU, then lets interrupt 0 come, which is more urgent.
        .thumb_func
use_and_nest:
        push    {r0, lr}
        vmov.f32 s0, #6.0
        vmov.f32 s1, #12.0
        vmov.f32 s2, #-2.0
        vmov.f32 s15, #7.0
        set     ISPR, 1
        vmov    r1, s1
        mark    r1
        vmov    r1, s2
        mark    r1
        show_fpccr
        pop     {r0, pc}

@ Lets interrupt 0 come with the saving still outstanding.
        .thumb_func
nest:   push    {r0, lr}
        set     ISPR, 1
        show_fpccr
        show    FPCAR
        pop     {r0, pc}

@ Switches the FPU off, then uses it; the fault behind it switches it on.
        .thumb_func
off:    push    {r0, lr}
        set     CPACR, 0
        vmov.f32 s0, #8.0
        vmov    r1, s0
        mark    r1
        set     CPACR, 0x00f00000
        pop     {r0, pc}

        .thumb_func
on:     ldr     r1, =SCS + CPACR
        ldr     r2, =0x00f00000
        str     r2, [r1]
        ldr     r1, =SCS + CFSR
        mvn     r2, #0
        str     r2, [r1]
        dsb
        isb
        bx      lr

@ Moves FPCAR to where nobody answers; the fault behind it moves it back.
        .thumb_func
lose:   push    {r0, lr}
        ldr     r1, =SCS + FPCAR
        ldr     r2, [r1]
        ldr     r3, =0x80000000
        str     r3, [r1]
        str     r2, [r4, #SPARE + 16]
        vmov    r1, s0
        mark    r1
        pop     {r0, pc}

        .thumb_func
find:   ldr     r1, =SCS + FPCAR
        ldr     r2, [r4, #SPARE + 16]
        str     r2, [r1]
        ldr     r1, =SCS + CFSR
        mvn     r2, #0
        str     r2, [r1]
        str     r2, [r1, #4]
        bx      lr
        .ltorg

@ Loads known values.
        .thumb_func
fill:   vmov.f32 s0, #1.0
        vmov.f32 s1, #2.0
        vmov.f32 s15, #3.0
        vmov.f32 s16, #4.0
        vmov.f32 s31, #5.0
        ldr     r0, =0xf7c0009f
        vmsr    fpscr, r0
        bx      lr

@ Logs them.
        .thumb_func
tell:   push    {r4, lr}
        vmov    r0, s0
        mark    r0
        vmov    r0, s1
        mark    r0
        vmov    r0, s15
        mark    r0
        vmov    r0, s16
        mark    r0
        vmrs    r0, fpscr
        mark    r0
        mrs     r0, CONTROL
        mark    r0
        show_fpccr
        show    FPCAR
        pop     {r4, pc}
        .ltorg

        .thumb_func
main:   set     SHCSR, 0x00070000
        set     ISER, 0xff
        ldr     r11, =SCS + IPR
        ldr     r10, =0x80604020
        str     r10, [r11]
        set     CPACR, 0x00f00000
        show_fpccr
        show    0xf40
        show    0xf44
        set     FPDSCR, -1
        show    FPDSCR
        set     FPCAR, -1
        show    FPCAR
        mrs     r0, CONTROL
        mark    r0
        ldr     r9, =modes
modes_loop:
        ldr     r11, =SCS + FPCCR
        ldr     r10, [r9], #4
        str     r10, [r11]
        movs    r0, #0
        msr     CONTROL, r0
        isb
        set     FPDSCR, 0x03c00000
        @ Nobody touches the FPU.
        begin   0x10, 1f
        bl      fill
        bl      tell
        set     ISPR, 1
        bl      tell
        @ The handler uses it.
1:      begin   0x11, 1f
        hook    16, use
        bl      fill
        set     ISPR, 1
        bl      tell
1:      begin   0x12, 1f
        hook    16, look
        bl      fill
        set     ISPR, 1
        bl      tell
1:      b       2f
        .ltorg
2:
        @ Nested.
        begin   0x13, 1f
        hook    17, use_and_nest
        hook    16, use
        bl      fill
        set     ISPR, 2
        bl      tell
1:      begin   0x14, 1f
        hook    17, nest
        bl      fill
        set     ISPR, 2
        bl      tell
1:      begin   0x15, 1f
        hook    17, nest
        hook    16, 0
        bl      fill
        set     ISPR, 2
        bl      tell
1:      b       2f
        .ltorg
2:      @ Tail-chained: the first uses it, the second too.
        begin   0x16, 1f
        hook    17, use
        hook    16, use
        bl      fill
        cpsid   i
        set     ISPR, 7
        cpsie   i
        isb
        bl      tell
        b       1f
        .ltorg
1:      @ Supervisor call, on the process stack, misaligned.
        begin   0x17, 1f
        hook    11, use
        bl      fill
        ldr     r0, =PROCESS_STACK - 4
        msr     PSP, r0
        mrs     r0, CONTROL
        orr     r0, r0, #3
        msr     CONTROL, r0
        isb
        svc     #1
        mov     r0, sp
        mark    r0
        vmov    r0, s0
        mark    r0
        hook    11, lower
        svc     #2
        hook    11, 0
1:      bl      tell
        b       2f
        .ltorg
2:      @ FPCA cleared by software: the registers stay.
        begin   0x18, 1f
        bl      fill
        mrs     r0, CONTROL
        bic     r0, r0, #4
        msr     CONTROL, r0
        isb
        hook    16, look
        set     ISPR, 1
        bl      tell
1:      @ Switched off in the handler.
        begin   0x19, 1f
        hook    16, off
        hook    6, on
        bl      fill
        set     ISPR, 1
        hook    6, 0
        bl      tell
1:      b       2f
        .ltorg
2:      ldr     r11, =SCS + FPCCR
        ldr     r10, [r11]
        lsrs    r10, r10, #30
        cmp     r10, #3
        bne     4f
        @ Late saving that fails: BusFault is more urgent than the handler, then not.
        begin   0x20, 1f
        hook    16, lose
        hook    5, find
        hook    3, find
        bl      fill
        set     ISPR, 1
        bl      tell
1:      begin   0x21, 1f
        set     SHPR1, 0x00ff00
        bl      fill
        set     ISPR, 1
        bl      tell
1:      set     SHPR1, 0
        hook    16, 0
        b       4f
        .ltorg
4:      hook    16, 0
        ldr     r11, =modes_end
        cmp     r9, r11
        bne.w   modes_loop
        b.w     finish
        .align  2
modes:  .word   0xc0000000, 0x80000000, 0x00000000, 0x40000000
modes_end:
        .ltorg

@ Thread mode privileged, on the main stack.
        .thumb_func
lower:  movs    r1, #0
        msr     CONTROL, r1
        isb
        @ The frame moves to the main stack.
        mrs     r1, PSP
        sub     sp, sp, #0
        bx      lr
        .ltorg
