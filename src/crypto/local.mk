# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# GnuTLS: credentials, pins, sealing, digests.
liblanparty_a_SOURCES += \
	src/crypto/base64url.c src/crypto/base64url.h \
	src/crypto/credential.c src/crypto/credential.h \
	src/crypto/digest.c src/crypto/digest.h \
	src/crypto/pin.c src/crypto/pin.h \
	src/crypto/random.c src/crypto/random.h \
	src/crypto/seal.c src/crypto/seal.h \
	src/crypto/trust.c src/crypto/trust.h
