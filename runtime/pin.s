# Keeps a shared object that made the process's state from being unloaded.
# Appended by the plugin to objects for shared objects only: a mention of dlopen
# makes the linker warn when a static program is linked.
	.ifndef .Lcprof_pin_said
	.section .text.cprof_pin,"axG",@progbits,__cprof_pin_1,comdat
	.weak __cprof_pin.1
	.hidden __cprof_pin.1
	.type __cprof_pin.1, @function
	.weak dlopen
__cprof_pin.1:
	.cfi_startproc
	movq dlopen@GOTPCREL(%rip), %rdi
	jmp __cprof_pin_with.1
	.cfi_endproc
	.size __cprof_pin.1, . - __cprof_pin.1
.Lcprof_pin_said:
	.endif
	.text
