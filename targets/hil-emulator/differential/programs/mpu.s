@ Memory protection: rights, subregions, overlaps, fetches, stacking, late saving, LDRT, and priorities below 0.
        .include "common.inc"

        .equ    AREA, 0x20001000
        .equ    LARGE, 0x2000a000
        .equ    MPU_CTRL, 0xd94

@ SVC makes thread mode privileged.
        .thumb_func
raise:  movs    r1, #0
        msr     CONTROL, r1
        isb
        bx      lr

@ As HardFault or MemManage: goes on at STATE.RESUME on the main stack, privileged.
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

@ Stores to the forbidden area in a handler whose priority may be below 0.
        .thumb_func
touch:  ldr     r1, =AREA
        str     r1, [r1]
        ldr     r2, [r1]
        movs    r1, #0
        str     r1, [r0]
        bx      lr

@ Stores there in an ordinary handler; the fault goes on behind it.
        .thumb_func
touch_inside:
        push    {r0, lr}
        ldr     r1, =touched + 1
        str     r1, [r4, #RESUME]
        ldr     r1, =AREA
        str     r1, [r1]
        nop
touched:
        pop     {r0, pc}

@ The same as a fault handler.
        .thumb_func
touch_and_go_on:
        push    {r0, lr}
        bl      touch
        pop     {r0, lr}
        b       go_on

@ Region \number: base, size as a power of 2, AP, further bits.
        .macro  region number, base, power, access, more
        ldr     r11, =SCS + 0xd9c
        ldr     r10, =\base + 0x10 + \number
        str     r10, [r11]
        ldr     r10, =(\access << 24) + ((\power - 1) << 1) + 1 + (\more)
        str     r10, [r11, #4]
        settle
        .endm

        .macro  unprivileged
        movs    r0, #1
        msr     CONTROL, r0
        isb
        .endm

        .macro  privileged
        svc     #0
        .endm

        .thumb_func
main:   set     SHCSR, 0x00070000
        set     ISER, 0xff
        hook    11, raise
        set     IPR, 0x80
        show    0xd90
        show    MPU_CTRL
        @ Aliases and reading back.
        region  7, 0x20001000, 8, 3, 0x00070000
        show    0xd98
        show    0xd9c
        show    0xda0
        show    0xda4
        show    0xdb8
        set     0xda4, 0x20002013
        set     0xda8, 0x1307ff0b
        show    0xd98
        show    0xda0
        set     0xda0, 0
        set     0xd98, 7
        set     0xda0, 0
again:
        @ Region 0: code. 1: RAM. 2: what is tried out. Each kind of right, privileged and not.
        region  0, 0x00000000, 20, 6, 0
        region  1, 0x20000000, 16, 3, 0
        region  3, 0x21000000, 24, 3, 0
        movs    r9, #0
rights: ldr     r11, =SCS + 0xd9c
        ldr     r10, =AREA + 0x12
        str     r10, [r11]
        ldr     r10, =0x0000000f
        orr     r10, r10, r9, lsl #24
        str     r10, [r11, #4]
        set     MPU_CTRL, 1
        add     r8, r9, #0x20
        ldr     r1, =AREA + 4
        ldr     r12, =0x4770
        mov     r7, #0
level:  ldr     r11, =STATE
        str     r8, [r11, #CASE]
        ldr     r10, =1f + 1
        str     r10, [r11, #RESUME]
        ldr     r2, [r1]
1:      ldr     r10, =1f + 1
        str     r10, [r11, #RESUME]
        str     r12, [r1]
1:      ldr     r10, =1f + 1
        str     r10, [r11, #RESUME]
        adds    r3, r1, #1
        blx     r3
1:      ldr     r10, =1f + 1
        str     r10, [r11, #RESUME]
        strt    r12, [r1]
1:      ldr     r10, =1f + 1
        str     r10, [r11, #RESUME]
        ldrbt   r2, [r1, #1]
1:      cmp     r7, #0
        bne.w   2f
        mov     r7, #1
        unprivileged
        b.w     level
        .ltorg
2:      privileged
        set     MPU_CTRL, 0
        add     r9, r9, #1
        cmp     r9, #8
        beq.w   3f
        cmp     r9, #4
        it      eq
        addeq   r9, r9, #1
        b.w     rights
3:
        @ Execute never.
        region  2, AREA, 8, 3, 0x10000000
        set     MPU_CTRL, 1
        ldr     r1, =AREA + 5
        try     0x30, blx r1
        try     0x31, ldr r2, [r1, #-1]
        set     MPU_CTRL, 0
        b       2f
        .ltorg
2:
        @ Subregions, overlaps, small regions, and accesses across a border.
        @ QEMU does not see subregions of less than its page of 1 KiB when a larger region lies below.
        region  2, LARGE, 13, 5, 0x00001400
        set     MPU_CTRL, 1
        ldr     r1, =LARGE + 0x800
        try     0x38, str r1, [r1, #-4]
        try     0x39, str r1, [r1]
        try     0x3a, str r1, [r1, #0x3fc]
        try     0x3b, str r1, [r1, #0x400]
        try     0x3c, str r1, [r1, #0x800]
        try     0x3d, str r1, [r1, #0xc00]
        try     0x3e, ldr r2, [r1, #0xc00]
        try     0x3f, strd r1, r1, [r1, #0x3fc]
        add     r2, r1, #0x3fc
        try     0x40, stm r2!, {r1, r3}
        mark    r2
        sub     r2, r1, #4
        try     0x41, stm r2!, {r1, r3}
        mark    r2
        set     MPU_CTRL, 0
        b       2f
        .ltorg
2:      region  2, AREA, 5, 0, 0
        region  4, AREA + 32, 5, 6, 0
        region  5, AREA + 32, 6, 3, 0
        region  5, AREA, 6, 3, 0
        set     MPU_CTRL, 1
        ldr     r1, =AREA
        try     0x48, ldr r2, [r1]
        set     0xd98, 5
        set     0xda0, 0
        try     0x49, ldr r2, [r1]
        try     0x4a, str r2, [r1, #32]
        try     0x4b, ldr r2, [r1, #32]
        try     0x4c, ldr r2, [r1, #64]
        set     0xd98, 4
        set     0xda0, 0
        set     MPU_CTRL, 0
        b       2f
        .ltorg
2:
        @ The background map: with and without PRIVDEFENA.
        ldr     r1, =0x00180000
        set     MPU_CTRL, 1
        try     0x50, ldr r2, [r1]
        ldr     r3, =SCS
        try     0x51, ldr r2, [r3, #ICSR]
        set     MPU_CTRL, 5
        try     0x52, ldr r2, [r1]
        ldr     r3, =0x80000000
        try     0x53, ldr r2, [r3]
        ldr     r3, =0xa0000001
        try     0x54, bx r3
        ldr     r3, =0xe0000001
        try     0x55, bx r3
        unprivileged
        try     0x56, ldr r2, [r1]
        adds    r3, r1, #1
        try     0x57, bx r3
        privileged
        b       2f
        .ltorg
2:
        @ Below priority 0: HFNMIENA. The area may not be written.
        region  2, AREA, 8, 5, 0
        hook    2, touch
        begin   0x58, 1f
        set     ICSR, 0x80000000
1:      hook    2, 0
        set     SHCSR, 0
        hook    3, touch_and_go_on
        try     0x59, .inst.n 0xde00
        hook    3, 0
        set     SHCSR, 0x00070000
        cpsid   f
        ldr     r1, =AREA
        str     r1, [r1, #8]
        ldr     r2, [r1, #8]
        cpsie   f
        mark    r2
        begin   0x5a, 1f
        set     MPU_CTRL, 7
        hook    16, touch_inside
        set     ISPR, 1
        nop
1:      hook    16, 0
        b       2f
        .ltorg
2:
        @ Stacking and unstacking where it is forbidden. Case 0x60 is an interrupt, 0x61 SVC, 0x62 a fault.
        set     MPU_CTRL, 5
        set     SHPR1, 0x00000000
        set     SHPR2, 0x80000000
        hook    4, to_main
        hook    3, to_main
        hook    11, to_main
        hook    6, to_main
        hook    16, to_main
        begin   0x60, 1f
        ldr     r0, =AREA + 0x80
        msr     PSP, r0
        movs    r0, #2
        msr     CONTROL, r0
        isb
        set     ISPR, 1
        nop
1:      mov     r0, sp
        mark    r0
        begin   0x61, 1f
        ldr     r0, =AREA + 0x110
        mov     sp, r0
        svc     #1
        nop
1:      mov     r0, sp
        mark    r0
        begin   0x62, 1f
        ldr     r0, =AREA + 0x80
        mov     sp, r0
        .inst.n 0xde00
        nop
1:      movs    r0, #0
        msr     CONTROL, r0
        isb
        hook    4, 0
        hook    3, 0
        hook    6, 0
        hook    16, 0
        hook    11, raise
        set     SHPR2, 0
        b       2f
        .ltorg
2:
        @ Late saving of the FPU registers to where it is forbidden.
        set     CPACR, 0x00f00000
        begin   0x68, 1f
        vmov.f32 s0, #1.0
        hook    16, late
        hook    4, back
        hook    3, back
        set     ISPR, 1
        vmov    r1, s0
        mark    r1
1:      hook    16, 0
        hook    4, 0
        hook    3, 0
        movs    r0, #0
        msr     CONTROL, r0
        isb
        set     CPACR, 0
        set     MPU_CTRL, 0
        ldr     r11, =SCS + SHPR3
        ldr     r10, [r11]
        cmp     r10, #0
        bne     4f
        @ Once more, with MemManage below the handlers.
        set     SHPR3, 0x80000000
        set     SHCSR, 0x00060000
        b.w     again
4:      b.w     finish
        .ltorg

@ Moves FPCAR into the forbidden area, then uses the FPU.
        .thumb_func
late:   ldr     r1, =SCS + FPCAR
        ldr     r2, [r1]
        str     r2, [r4, #SPARE + 16]
        ldr     r2, =AREA
        str     r2, [r1]
        vmov.f32 s1, #2.0
        bx      lr

@ Moves it back.
        .thumb_func
back:   ldr     r1, =SCS + FPCAR
        ldr     r2, [r4, #SPARE + 16]
        str     r2, [r1]
        ldr     r1, =SCS + CFSR
        mvn     r2, #0
        str     r2, [r1]
        str     r2, [r1, #4]
        bx      lr
        .ltorg
