@ Interrupts by software: priorities, grouping, masks, PendSV and SVC, tail-chaining, escalation, and what registers show.
        .include "common.inc"

@ Pends the interrupts whose bits are in R1, from within a handler.
        .thumb_func
pend_more:
        ldr     r2, =SCS + ISPR
        ldr     r1, [r4, #SPARE + 16]
        str     r1, [r2]
        dsb
        isb
        bx      lr

@ Pends PendSV, SysTick and interrupt 3, then goes on in the handler. Only once: it takes itself out of the hooks.
        .thumb_func
pend_system:
        mrs     r2, IPSR
        add     r3, r4, #HOOKS
        movs    r1, #0
        str     r1, [r3, r2, lsl #2]
        ldr     r2, =SCS + ICSR
        ldr     r1, =0x14000000
        str     r1, [r2]
        ldr     r2, =SCS + ISPR
        movs    r1, #8
        str     r1, [r2]
        dsb
        isb
        bx      lr

@ A supervisor call inside a handler.
        .thumb_func
call_inside:
        push    {r4, lr}
        svc     #9
        nop
        pop     {r4, pc}

@ An undefined instruction inside a handler; go on behind it.
        .thumb_func
undefined_inside:
        push    {r4, lr}
        ldr     r1, =behind + 1
        str     r1, [r4, #RESUME]
        .inst.n 0xde07
behind: pop     {r4, pc}

@ Logs every readable special register from within a handler.
        .thumb_func
views:  push    {r4-r6, lr}
        ldr     r1, =0xf8000000
        msr     APSR_nzcvq, r1
        mrs     r1, APSR
        mark    r1
        mrs     r1, IAPSR
        mark    r1
        mrs     r1, EAPSR
        mark    r1
        mrs     r1, XPSR
        mark    r1
        mrs     r1, IPSR
        mark    r1
        mrs     r1, EPSR
        mark    r1
        mrs     r1, IEPSR
        mark    r1
        mrs     r1, MSP
        mark    r1
        mrs     r1, PSP
        mark    r1
        mrs     r1, CONTROL
        mark    r1
        @ SPSEL cannot be set here; nPRIV can.
        movs    r1, #3
        msr     CONTROL, r1
        isb
        mrs     r1, CONTROL
        mark    r1
        movs    r1, #0
        msr     CONTROL, r1
        isb
        show    ICSR
        show    SHCSR
        show    IABR
        show    ISPR
        pop     {r4-r6, pc}

@ Sets FAULTMASK inside a handler; the return clears it.
        .thumb_func
mask_faults:
        cpsid   f
        bx      lr

@ Writes SHCSR so that SVCall counts as pending.
        .thumb_func
pend_call:
        ldr     r2, =SCS + SHCSR
        ldr     r1, [r2]
        orr     r1, r1, #0x8000
        str     r1, [r2]
        dsb
        isb
        bx      lr
        .ltorg

        .thumb_func
main:   set     ISER, 0xffffffff
        show    ISER
        set     ICER, 0xff000000
        show    ICER
        @ Priorities: 0x10 for interrupt 0, up to 0xf1 for interrupt 15, with low bits.
        movs    r0, #0
        ldr     r1, =SCS + IPR
        movs    r2, #0x10
1:      strb    r2, [r1, r0]
        adds    r2, r2, #0x0f
        adds    r0, r0, #1
        cmp     r0, #15
        bne     1b
        ldr     r0, [r1]
        mark    r0
        ldr     r0, [r1, #12]
        mark    r0
        set     SHPR2, 0x30ffffff
        show    SHPR2
        set     SHPR3, 0xe0f0ff20
        show    SHPR3
        set     SHPR1, 0x00504030
        show    SHPR1

        @ Several at once: taken by priority.
        begin   0x10, 1f
        cpsid   i
        set     ISPR, 0x0000012c
        show    ISPR
        show    ICSR
        set     ICPR, 0x00000020
        show    ICSR
        cpsie   i
        isb
1:      show    ICSR
        @ Disabled ones wait.
        begin   0x11, 1f
        set     ISPR, 0x81000000
        show    ICSR
        show    ISPR
        set     ICPR, 0xffffffff
1:
        @ Equal priority: by number, even when it is a handler that pends the lower.
        begin   0x12, 1f
        ldr     r1, =SCS + IPR
        movs    r0, #0x80
        strb    r0, [r1, #4]
        strb    r0, [r1, #5]
        strb    r0, [r1, #6]
        cpsid   i
        set     ISPR, 0x00000070
        cpsie   i
        isb
1:      b       2f
        .ltorg
2:
        @ Interrupt 6 (0x80 now) pends 0 (0x10), 8 (0x88) and 4 (0x80).
        begin   0x20, 1f
        hook    22, pend_more
        ldr     r0, =0x111
        str     r0, [r11, #SPARE + 16 - HOOKS]
        set     ISPR, 0x40
        hook    22, 0
1:      b       2f
        .ltorg
2:
        @ Grouping: with PRIGROUP n the bits n:0 do not preempt. Interrupt 8 (0x88) pends 6 (0x80), 0 (0x10), 4 (0x80).
        movs    r9, #0
groups: ldr     r10, =0x05fa0000
        orr     r10, r10, r9, lsl #8
        ldr     r11, =SCS + AIRCR
        str     r10, [r11]
        ldr     r10, [r11]
        mark    r10
        add     r0, r9, #0x30
        ldr     r11, =STATE
        str     r0, [r11, #CASE]
        hook    24, pend_more
        ldr     r0, =0x51
        str     r0, [r11, #SPARE + 16 - HOOKS]
        set     ISPR, 0x100
        hook    24, 0
        @ BASEPRI and grouping.
        movs    r0, #0x84
        msr     BASEPRI, r0
        isb
        set     ISPR, 0x148
        show    ICSR
        movs    r0, #0
        msr     BASEPRI, r0
        isb
        add     r9, r9, #1
        cmp     r9, #8
        bne.w   groups
        set     AIRCR, 0x05fa0000
        @ A wrong key.
        set     AIRCR, 0x12340700
        show    AIRCR
        b       2f
        .ltorg
2:
        @ BASEPRI lets through what is more urgent.
        begin   0x40, 1f
        movs    r0, #0x80
        msr     BASEPRI, r0
        isb
        set     ISPR, 0x141
        show    ICSR
        movs    r0, #0x90
        msr     BASEPRI_MAX, r0
        mrs     r0, BASEPRI
        mark    r0
        movs    r0, #0x82
        msr     BASEPRI, r0
        isb
        mrs     r0, BASEPRI
        mark    r0
        movs    r0, #0x20
        msr     BASEPRI_MAX, r0
        mrs     r0, BASEPRI
        mark    r0
        movs    r0, #0
        msr     BASEPRI_MAX, r0
        mrs     r0, BASEPRI_MAX
        mark    r0
        msr     BASEPRI, r0
        movs    r0, #0
        msr     BASEPRI, r0
        isb
1:
        @ FAULTMASK and PRIMASK; NMI comes through.
        begin   0x42, 1f
        cpsid   f
        mrs     r0, FAULTMASK
        mark    r0
        set     ISPR, 1
        set     ICSR, 0x80000000
        show    ICSR
        cpsie   f
        isb
        cpsid   i
        set     ICSR, 0x80000000
        set     ICSR, 0x10000000
        show    ICSR
        set     ICSR, 0x08000000
        show    ICSR
        set     ICSR, 0x04000000
        show    ICSR
        set     ICSR, 0x02000000
        show    ICSR
        cpsie   i
1:      b       2f
        .ltorg
2:
        @ FAULTMASK set inside a handler is cleared by the return, and in NMI it stays.
        begin   0x44, 1f
        hook    16, mask_faults
        set     ISPR, 1
        hook    16, 0
        mrs     r0, FAULTMASK
        mark    r0
1:      begin   0x45, 1f
        hook    2, mask_faults
        set     ICSR, 0x80000000
        hook    2, 0
        mrs     r0, FAULTMASK
        mark    r0
        movs    r0, #0
        cpsie   f
1:
        @ SVC with PendSV and interrupts pending, and the other way round. SVCall is 0x30, PendSV 0xf0, SysTick 0xe0.
        begin   0x50, 1f
        hook    11, pend_system
        svc     #1
        hook    11, 0
1:      begin   0x51, 1f
        hook    14, call_inside
        set     ICSR, 0x10000000
        hook    14, 0
1:      begin   0x52, 1f
        hook    14, pend_system
        set     ICSR, 0x10000000
        hook    14, 0
1:      b       2f
        .ltorg
2:
        @ Supervisor calls that cannot be taken: PRIMASK, BASEPRI, the same priority, a higher one.
        begin   0x58, 1f
        cpsid   i
        svc     #2
        nop
1:      cpsie   i
        begin   0x59, 1f
        movs    r0, #0x30
        msr     BASEPRI, r0
        svc     #3
        nop
1:      movs    r0, #0
        msr     BASEPRI, r0
        begin   0x5a, 1f
        hook    16, call_inside
        hook    3, leave_call
        set     ISPR, 1
        hook    16, 0
        hook    3, 0
1:      b       2f
        .ltorg
2:
        @ Pending SVCall through SHCSR.
        begin   0x5b, 1f
        hook    16, pend_call
        set     ISPR, 1
        hook    16, 0
1:
        @ Faults inside handlers: enabled and more urgent, enabled and not, disabled. UsageFault is 0x50, interrupt 0 0x10.
        set     SHCSR, 0x00070000
        begin   0x60, 1f
        hook    16, undefined_inside
        set     ISPR, 1
        hook    16, 0
1:      begin   0x61, 1f
        hook    23, undefined_inside
        set     ISPR, 0x80
        hook    23, 0
1:      set     SHCSR, 0
        begin   0x62, 1f
        hook    23, undefined_inside
        set     ISPR, 0x80
        hook    23, 0
1:      b       2f
        .ltorg
2:
        @ Pended by SHCSR, and a fault that is pending while disabled.
        begin   0x64, 1f
        set     SHCSR, 0x00001000
        show    SHCSR
        show    ICSR
        set     SHCSR, 0
1:
        @ What handlers see.
        begin   0x70, 1f
        hook    17, views
        set     ISPR, 2
        hook    17, 0
        hook    3, views_and_on
        .inst.n 0xde01
        nop
1:      hook    3, 0
        @ STIR.
        begin   0x78, 1f
        set     0xf00, 5
        set     0xf00, 200
        show    ISPR
1:      @ Interrupts that do not exist, narrow accesses, and reserved words.
        set     0x104, -1
        show    0x104
        set     0x420, -1
        show    0x420
        show    0x4
        ldr     r1, =SCS + IPR
        ldrb    r0, [r1, #1]
        mark    r0
        ldrh    r0, [r1, #2]
        mark    r0
        ldr     r1, =SCS + SHPR3
        ldrb    r0, [r1, #2]
        mark    r0
        b.w     finish
        .ltorg

@ HardFault that stands for a supervisor call inside a handler: go on behind it, clear the status.
        .thumb_func
leave_call:
        ldr     r1, [r0, #24]
        ldrh    r2, [r1]
        lsrs    r2, r2, #8
        cmp     r2, #0xdf
        itt     eq
        addeq   r1, r1, #2
        streq   r1, [r0, #24]
        ldr     r1, =SCS + HFSR
        mvn     r2, #0
        str     r2, [r1]
        bx      lr

        .thumb_func
views_and_on:
        push    {r0, lr}
        bl      views
        pop     {r0, lr}
        b       go_on
        .ltorg
