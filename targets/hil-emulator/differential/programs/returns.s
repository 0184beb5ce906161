@ Returns from exceptions: to both stacks, to nested handlers, and every kind of bad one.
        .include "common.inc"

@ Returns with the EXC_RETURN value in STATE.SPARE + 16, once; a fault of that return goes on in thread mode.
        .thumb_func
return_by:
        ldr     r6, [r4, #SPARE + 16]
        bx      lr

@ Repairs what a bad return left: goes on in thread mode on the main stack at STATE.RESUME, with the frame that is there.
        .thumb_func
repair: push    {r4, lr}
        ldr     r6, =0xfffffff9
        ldr     r1, =SCS + SHCSR
        ldr     r2, [r1]
        mark    r2
        bl      go_on
        @ In thread mode by what it says.
        ldr     r1, [r0, #28]
        bfc     r1, #0, #9
        str     r1, [r0, #28]
        pop     {r4, pc}

@ The same where another handler is active: that has to be allowed first.
        .thumb_func
repair_nested:
        ldr     r1, =SCS + CCR
        ldr     r2, =0x201
        str     r2, [r1]
        dsb
        b       repair

@ Changes the stacked xPSR by the mask in STATE.SPARE + 20.
        .thumb_func
change_psr:
        ldr     r1, [r0, #28]
        ldr     r2, [r4, #SPARE + 20]
        eor     r1, r1, r2
        str     r1, [r0, #28]
        bx      lr

@ Clears the T bit of the stacked xPSR.
        .thumb_func
no_thumb:
        ldr     r1, [r0, #28]
        bic     r1, r1, #0x01000000
        str     r1, [r0, #28]
        bx      lr

@ Returns to the process stack, where a frame lies ready at PSP.
        .thumb_func
to_process:
        ldr     r6, =0xfffffffd
        ldr     r1, =PROCESS_STACK - 0x40
        msr     PSP, r1
        ldr     r2, [r0, #24]
        str     r2, [r1, #24]
        ldr     r2, [r4, #SPARE + 20]
        ldr     r3, [r0, #28]
        eor     r2, r2, r3
        str     r2, [r1, #28]
        ldr     r2, =0x1111
        str     r2, [r1]
        ldr     r2, =0x12121212
        str     r2, [r1, #16]
        @ The frame that stays on the main stack.
        bx      lr

@ From an inner handler straight to thread mode, with the outer one still active.
        .thumb_func
inner_to_thread:
        ldr     r6, =0xfffffff9
        ldr     r1, [r4, #RESUME]
        bic     r1, r1, #1
        str     r1, [r0, #24]
        ldr     r1, =0x01000000
        str     r1, [r0, #28]
        bx      lr

        .thumb_func
call:   push    {r4, lr}
        svc     #9
        nop
        pop     {r4, pc}

        .thumb_func
main:   set     SHCSR, 0x00070000
        set     ISER, 0xff
        ldr     r9, =MAIN_STACK
        @ Once with UsageFault enabled and once without.
again:  ldr     r0, =PROCESS_STACK - 0x100
        msr     PSP, r0
        hook    6, repair
        hook    3, repair
        @ Bad values. R9 is the main stack.
        movs    r8, #0
1:      ldr     r0, =values
        ldr     r0, [r0, r8, lsl #2]
        ldr     r11, =STATE
        str     r0, [r11, #SPARE + 16]
        add     r10, r8, #0x10
        str     r10, [r11, #CASE]
        ldr     r10, =2f + 1
        str     r10, [r11, #RESUME]
        hook    16, return_by
        mov     sp, r9
        set     ISPR, 1
        nop
2:      add     r8, r8, #1
        cmp     r8, #(values_end - values) / 4
        bne     1b
        b       3f
        .ltorg
        .align  2
values: .word   0xfffffff1, 0xfffffff3, 0xfffffff5, 0xfffffff7, 0xfffffffb, 0xffffffff
        .word   0xfffffff0, 0xfffffff8, 0xfffffffc, 0xfffffff2
values_end:
3:      hook    16, 0
        mov     sp, r9
        @ A stacked xPSR that says handler while the return goes to thread mode.
        begin   0x30, 1f
        hook    16, change_psr
        movs    r0, #5
        str     r0, [r11, #SPARE + 20 - HOOKS]
        set     ISPR, 1
        nop
1:      mov     sp, r9
        hook    16, 0
        @ No Thumb state behind the return.
        begin   0x31, 1f
        hook    16, no_thumb
        set     ISPR, 1
        nop
1:      mov     sp, r9
        hook    16, 0
        @ Reserved bits of xPSR, and GE, Q, IT.
        begin   0x32, 1f
        hook    16, change_psr
        ldr     r0, =0xf80f0000
        str     r0, [r11, #SPARE + 20 - HOOKS]
        set     ISPR, 1
        mrs     r0, APSR
        mark    r0
1:      mov     sp, r9
        hook    16, 0
        b       2f
        .ltorg
2:
        @ To the process stack, with and without padding.
        begin   0x40, 1f
        hook    16, to_process
        movs    r0, #0
        str     r0, [r11, #SPARE + 20 - HOOKS]
        set     ISPR, 1
        mark    r12
1:      mov     r0, sp
        mark    r0
        mrs     r0, MSP
        mark    r0
        mrs     r0, CONTROL
        mark    r0
        @ Interrupted there, and back.
        hook    16, 0
        set     ISPR, 2
        sub     sp, sp, #4
        set     ISPR, 2
        mov     r0, sp
        mark    r0
        movs    r0, #0
        msr     CONTROL, r0
        isb
        mov     sp, r9
        b       2f
        .ltorg
2:      begin   0x41, 1f
        hook    16, to_process
        mov     r0, #0x200
        str     r0, [r11, #SPARE + 20 - HOOKS]
        set     ISPR, 1
1:      mov     r0, sp
        mark    r0
        movs    r0, #0
        msr     CONTROL, r0
        isb
        mov     sp, r9
        hook    16, 0
        @ STKALIGN clear.
        begin   0x42, 1f
        set     CCR, 0
        sub     sp, sp, #4
        set     ISPR, 1
        mov     r0, sp
        mark    r0
1:      set     CCR, 0x200
        mov     sp, r9
        b       2f
        .ltorg
2:
        @ From a nested handler to thread mode: only with NONBASETHRDENA. The outer handler's frame stays.
        begin   0x50, 1f
        hook    16, call
        hook    11, inner_to_thread
        ldr     r11, =SCS + IPR
        movs    r10, #0x80
        strb    r10, [r11]
        set     CCR, 0x201
        set     ISPR, 1
        nop
1:      show    SHCSR
        show    IABR
        mrs     r0, IPSR
        mark    r0
        begin   0x4f, main
        show    ICSR
        @ Still active, so its equals do not come.
        set     ISPR, 1
        show    ICSR
        set     ICPR, 1
        set     CCR, 0x200
        mov     sp, r9
        @ Interrupt 0 is deactivated by a frame of its own: fake one and return from SVCall to it.
        begin   0x51, 1f
        hook    11, to_handler
        svc     #0
1:      nop
        mov     sp, r9
        hook    11, 0
        show    IABR
        show    SHCSR
        b       2f
        .ltorg
2:
        begin   0x52, 1f
        hook    6, repair_nested
        hook    3, repair_nested
        hook    16, call
        hook    11, inner_to_thread
        set     ISPR, 1
        nop
1:      show    IABR
        show    SHCSR
        mov     sp, r9
        begin   0x53, 1f
        hook    11, to_handler
        svc     #0
1:      nop
        mov     sp, r9
        set     CCR, 0x200
        hook    16, 0
        hook    11, 0
        show    IABR
        mrs     r0, IPSR
        mark    r0
        ldr     r11, =SCS + SHCSR
        ldr     r10, [r11]
        lsrs    r10, r10, #18
        bne     3f
        b.w     finish
3:      set     SHCSR, 0
        b.w     again
        .ltorg

@ Returns from SVCall to handler mode in interrupt 0, at code that returns to thread mode at once.
        .thumb_func
to_handler:
        ldr     r6, =0xfffffff1
        sub     r1, r0, #0
        ldr     r2, =0x01000010
        str     r2, [r1, #28]
        ldr     r2, =in_handler
        str     r2, [r1, #24]
        bx      lr
        .thumb_func
in_handler:
        mrs     r0, IPSR
        mark    r0
        @ A frame for thread mode.
        sub     sp, sp, #32
        ldr     r1, =STATE
        ldr     r2, [r1, #RESUME]
        str     r2, [sp, #24]
        mov     r2, #0x01000000
        str     r2, [sp, #28]
        ldr     r2, =0xfffffff9
        bx      r2
        .ltorg
