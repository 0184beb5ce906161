@ Every kind of fault, three times: the faults enabled, disabled, and enabled with PRIMASK set.
        .include "common.inc"

        .thumb_func
main:
        movs    r9, #0
again:  set     CFSR, -1
        set     SHCSR, 0x00070000
        cmp     r9, #1
        bne     1f
        set     SHCSR, 0
1:      cmp     r9, #2
        bne     1f
        cpsid   i
1:
        @ Undefined instructions.
        try     0x10, .inst.n 0xde00
        try     0x11, .inst.w 0xf7f0a000
        try     0x12, .inst.w 0xff000000
        try     0x13, .inst.n 0xb800
        movs    r0, #0
        cmp     r0, #0
        begin   0x14, 1f
        itte    eq
        moveq   r0, #3
        .inst.n 0xde05
        movne   r0, #4
1:      mark    r0
        @ Coprocessors that do not exist.
        try     0x18, mcr p7, 0, r1, c0, c0, 0
        try     0x19, mrc p15, 0, r1, c0, c0, 0
        try     0x1a, ldc p3, c0, [r1]
        try     0x1b, .inst.w 0xfe000700
        try     0x1c, .inst.w 0xec410700
        b       2f
        .ltorg
2:
        @ Alignment.
        ldr     r1, =0x20007001
        try     0x20, ldm r1, {r2, r3}
        try     0x21, ldrd r2, r3, [r1]
        try     0x22, ldrex r2, [r1]
        try     0x23, strd r2, r3, [r1, #4]
        try     0x24, ldr r2, [r1]
        set     CCR, 0x208
        try     0x25, ldr r2, [r1]
        try     0x26, strh r2, [r1]
        try     0x27, ldrb r2, [r1]
        try     0x28, ldrsh r2, [r1, #2]!
        mark    r1
        try     0x29, ldrt r2, [r1]
        set     CCR, 0x200
        b       2f
        .ltorg
2:
        @ Division.
        movs    r0, #7
        movs    r1, #0
        movs    r2, #9
        try     0x30, udiv r2, r0, r1
        mark    r2
        set     CCR, 0x210
        try     0x31, udiv r2, r0, r1
        mark    r2
        try     0x32, sdiv r2, r0, r1
        set     CCR, 0x200
        b       2f
        .ltorg
2:
        @ Nobody answers.
        ldr     r1, =0x80000010
        mov     r2, #77
        try     0x40, ldr r2, [r1]
        mark    r2
        try     0x41, str r2, [r1, #4]!
        mark    r1
        try     0x42, ldrb r2, [r1, #1]
        try     0x43, ldrh r2, [r1], #2
        mark    r1
        try     0x44, ldm r1!, {r2, r3}
        mark    r1
        try     0x45, push {r0}
        b       2f
        .ltorg
2:      ldr     r1, =0x7ffffff8
        ldr     r3, =0x33333333
        try     0x46, ldm r1!, {r2, r3, r4}
        mark    r1
        mark    r3
        try     0x47, stm r1!, {r2, r3, r4}
        mark    r1
        try     0x48, ldr r3, [r1, #6]
        mark    r3
        try     0x49, ldrd r3, r5, [r1, #4]
        b       2f
        .ltorg
2:
        @ Fetches.
        ldr     r1, =0x80000011
        try     0x50, bx r1
        try     0x51, blx r1
        ldr     r1, =0xa0000001
        try     0x52, bx r1
        ldr     r1, =0x40000001
        try     0x53, bx r1
        ldr     r1, =0xe0001001
        try     0x54, bx r1
        ldr     r1, =0xfffffff9
        try     0x55, bx r1
        try     0x56, mov pc, r1
        ldr     r1, =0xf0000001
        try     0x57, bx r1
        b       2f
        .ltorg
2:
        @ No Thumb state.
        ldr     r1, =0x20007000
        try     0x60, bx r1
        try     0x61, blx r1
        try     0x62, bx pc
        mov     r2, sp
        push    {r1}
        try     0x63, pop {pc}
        mov     sp, r2
        str     r1, [r1]
        try     0x64, ldr pc, [r1]
        begin   0x65, 1f
        cmp     r1, r1
        it      eq
        bxeq    r1
1:      begin   0x66, 1f
        ldr     r1, =0x80000010
        bx      r1
1:      b       2f
        .ltorg
2:
        @ The FPU is switched off, then for privileged code, then on.
        movs    r8, #0
floats: ldr     r11, =SCS + CPACR
        str     r8, [r11]
        settle
        ldr     r1, =0x20007000
        try     0x70, vadd.f32 s0, s1, s2
        try     0x71, vldr s0, [r1]
        try     0x72, vmov r2, s0
        try     0x73, vmrs r2, fpscr
        try     0x74, vldm r1, {s0-s3}
        try     0x75, vmov r2, r3, d0
        b       2f
        .ltorg
2:      try     0x76, .inst.w 0xee310b02        @ VADD.F64 D0, D1, D2
        try     0x77, .inst.w 0xfe000a00        @ VSELEQ.F32 S0, S0, S0
        try     0x78, .inst.w 0xfe800a40        @ VMINNM.F32
        try     0x79, .inst.w 0xfeb80a40        @ VRINTA.F32
        try     0x7a, .inst.w 0xeeb60a40        @ VRINTR.F32
        try     0x7b, .inst.w 0xeeb70ac0        @ VCVT.F64.F32
        try     0x7c, .inst.w 0xee300b04        @ VADD.F64 with D0, D0, D4
        try     0x7d, .inst.w 0xec010a00        @ neither load nor store
        try     0x7e, .inst.w 0xeef02a10        @ VMRS of FPSID
        b       2f
        .ltorg
2:      try     0x7f, .inst.w 0xee800a40        @ VDIV with bit 6
        try     0x80, .inst.w 0xec510b30        @ VMOV with D16
        try     0x81, .inst.w 0xed910b00        @ VLDR D0
        try     0x82, .inst.w 0xedd10b00        @ VLDR D16
        try     0x83, .inst.w 0xfe000b00        @ VSELEQ.F64
        try     0x84, .inst.w 0xee200a90        @ 8-bit element move
        try     0x85, .inst.w 0xef000a10        @ Advanced SIMD
        b       2f
        .ltorg
2:      cmp     r8, #0x00f00000
        beq     1f
        add     r8, r8, #0x00500000
        cmp     r8, #0x00a00000
        it      eq
        addeq   r8, r8, #0x00500000
        b       floats
1:      movs    r8, #0
        ldr     r11, =SCS + CPACR
        str     r8, [r11]
        settle
        set     FPCCR, 0xc0000000
        mrs     r0, CONTROL
        mark    r0
        bic     r0, r0, #4
        msr     CONTROL, r0
        isb
        cpsie   i
        add     r9, r9, #1
        cmp     r9, #3
        bne.w   again
        b.w     finish
        .ltorg
