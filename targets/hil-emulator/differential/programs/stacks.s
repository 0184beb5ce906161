@ Thread mode without privilege on the process stack, what it may reach, stacking that fails, IT blocks, and sleep.
        .include "common.inc"

@ SVC 0 makes thread mode privileged.
        .thumb_func
raise:  movs    r1, #0
        mrs     r2, CONTROL
        bic     r2, r2, #1
        msr     CONTROL, r2
        isb
        bx      lr

@ Goes on at STATE.RESUME on the main stack: what is on the process stack cannot be used.
        .thumb_func
to_main:
        push    {r4, lr}
        ldr     r1, =PROCESS_STACK - 0x20
        msr     PSP, r1
        mov     r0, r1
        ldr     r2, =0x01000000
        str     r2, [r1, #28]
        bl      go_on
        mvn     r6, #2
        pop     {r4, pc}

@ Moves PSP to where it cannot be unstacked from, once.
        .thumb_func
lose_stack:
        ldr     r1, =0x80000000
        msr     PSP, r1
        bx      lr

        .macro  unprivileged
        movs    r0, #3
        msr     CONTROL, r0
        isb
        .endm

        .macro  privileged
        svc     #0
        .endm

        .thumb_func
main:   set     SHCSR, 0x00070000
        set     ISER, 0xff
        ldr     r0, =PROCESS_STACK
        msr     PSP, r0
        hook    11, raise
again:  unprivileged
        @ Special registers.
        mrs     r1, CONTROL
        mark    r1
        mrs     r1, MSP
        mark    r1
        movs    r1, #0xff
        msr     BASEPRI, r1
        msr     PRIMASK, r1
        cpsid   if
        mrs     r1, PRIMASK
        mark    r1
        movs    r1, #0
        msr     CONTROL, r1
        isb
        mrs     r1, CONTROL
        mark    r1
        mrs     r1, XPSR
        mark    r1
        b       2f
        .ltorg
2:
        @ The private peripheral bus.
        ldr     r1, =SCS
        try     0x10, ldr r2, [r1, #ICSR]
        try     0x11, str r1, [r1, #ISER]
        try     0x12, ldr r2, [r1, #0x10]
        try     0x13, ldrb r2, [r1, #IPR]
        ldr     r3, =SCS + 0xf00
        movs    r2, #2
        try     0x14, str r2, [r3]
        ldr     r3, =0xe000ed93
        try     0x15, ldr r2, [r3]
        privileged
        set     CCR, 0x202
        unprivileged
        try     0x16, str r2, [r3]
        ldr     r3, =SCS + 0xf00
        try     0x17, str r2, [r3]
        privileged
        set     CCR, 0x200
        b       2f
        .ltorg
2:
        @ LDRT and STRT have the rights of unprivileged code.
        ldr     r1, =SCS + CCR
        try     0x18, ldrt r2, [r1]
        try     0x19, strt r2, [r1]
        try     0x1a, ldr r2, [r1]
        mark    r2
        ldr     r1, =0x20007000
        try     0x1b, strt r1, [r1]
        try     0x1c, ldrht r2, [r1]
        mark    r2
        b       2f
        .ltorg
2:
        @ Stacking fails: in an interrupt, in SVC, in a fault.
        hook    16, to_main
        hook    5, to_main
        hook    3, to_main
        begin   0x20, 1f
        ldr     r0, =0x80001004
        msr     PSP, r0
        movs    r0, #2
        msr     CONTROL, r0
        isb
        cpsid   i
        ldr     r11, =SCS + ISPR
        movs    r10, #1
        str     r10, [r11]
        cpsie   i
        isb
        nop
1:      mov     r0, sp
        mark    r0
        begin   0x21, 1f
        hook    11, to_main
        ldr     r0, =0x80001000
        mov     sp, r0
        svc     #1
        nop
1:      mov     r0, sp
        mark    r0
        begin   0x22, 1f
        hook    6, to_main
        ldr     r0, =0x80001000
        mov     sp, r0
        .inst.n 0xde00
        nop
1:      mov     r0, sp
        mark    r0
        b       2f
        .ltorg
2:      @ Where BusFault is more urgent, less urgent, than what is entered.
        begin   0x23, 1f
        set     SHPR1, 0x00404000
        set     SHPR2, 0x60000000
        hook    11, 0
        ldr     r0, =0x80001000
        mov     sp, r0
        svc     #1
        nop
1:      mov     r0, sp
        mark    r0
        begin   0x24, 1f
        set     SHPR2, 0x20000000
        hook    11, to_main
        ldr     r0, =0x80001000
        mov     sp, r0
        svc     #1
        nop
1:      mov     r0, sp
        mark    r0
        set     SHPR2, 0
        set     SHPR1, 0
        b       2f
        .ltorg
2:      @ Unstacking fails.
        begin   0x28, 1f
        hook    16, lose_stack
        set     ISPR, 1
        nop
1:      mov     r0, sp
        mark    r0
        hook    16, 0
        hook    11, raise
        hook    5, 0
        hook    6, 0
        hook    3, 0
        movs    r0, #0
        msr     CONTROL, r0
        isb
        ldr     r0, =MAIN_STACK
        mov     sp, r0
        ldr     r0, =PROCESS_STACK
        msr     PSP, r0
        b       2f
        .ltorg
2:
        @ An IT block with an interrupt in the middle, and a fault, and a supervisor call.
        begin   0x30, 1f
        ldr     r1, =SCS + ISPR
        movs    r2, #4
        movs    r3, #0
        cmp     r2, #4
        ittee   eq
        streq   r2, [r1]
        addeq   r3, r3, #1
        addne   r3, r3, #2
        orrne   r3, r3, #4
1:      mark    r3
        movs    r2, #4
        movs    r3, #0
        cmp     r2, #5
        itete   ne
        svcne   #7
        addeq   r3, r3, #1
        addne   r3, r3, #2
        orreq   r3, r3, #4
        mark    r3
        mrs     r0, CONTROL
        mark    r0
        begin   0x31, 1f
        cmp     r2, r2
        ittt    eq
        addeq   r3, r3, #1
        udfeq   #1
        addeq   r3, r3, #8
1:      mark    r3
        begin   0x32, 1f
        cmp     r2, r2
        itte    ne
        udfne   #1
        svcne   #2
        addeq   r3, r3, #8
1:      mark    r3
        b       2f
        .ltorg
2:
        @ WFI wakes for what PRIMASK holds back, and does not sleep when it is there already.
        begin   0x40, 1f
        cpsid   i
        set     ISPR, 1
        wfi
        show    ICSR
        cpsie   i
        isb
        @ SysTick ends the sleep.
        ldr     r11, =SCS + 0x10
        mov     r0, #200
        str     r0, [r11, #4]
        str     r0, [r11, #8]
        hook    15, stop_timer
        ldr     r11, =SCS + 0x10
        movs    r0, #7
        str     r0, [r11]
        wfi
        hook    15, 0
        cpsid   i
        ldr     r11, =SCS + 0x10
        movs    r0, #7
        str     r0, [r11, #8]
        str     r0, [r11]
        wfi
        movs    r0, #0
        str     r0, [r11]
        show    ICSR
        cpsie   i
        isb
        show    ICSR
1:      ldr     r11, =SCS + SHCSR
        ldr     r10, [r11]
        lsrs    r10, r10, #18
        bne     3f
        b.w     finish
3:      set     SHCSR, 0
        b.w     again
        .ltorg
        .thumb_func
stop_timer:
        ldr     r1, =SCS + 0x10
        movs    r2, #0
        str     r2, [r1]
        ldr     r1, =SCS + ICSR
        ldr     r2, =0x02000000
        str     r2, [r1]
        bx      lr
        .ltorg
