/* The runtime's assembly text, made part of the plugin so that a moved or
 * half-installed prefix cannot lose it.  Paths come from CMakeLists.txt. */
	.section .rodata
	.globl cprof_runtime_text, cprof_runtime_text_end
	.globl cprof_preinit_text, cprof_preinit_text_end
cprof_runtime_text:
	.incbin CPROF_CARRIED_TEXT
cprof_runtime_text_end:
cprof_preinit_text:
	.incbin CPROF_PREINIT_TEXT
cprof_preinit_text_end:
	.section .note.GNU-stack,"",@progbits
