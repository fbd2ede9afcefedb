# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# How each library of lanparty is cross-built for Windows, static, from its Debian source package.
# scripts/build-windows sources this: its text is part of the key of the prefix, so a changed flag is
# another prefix.
#
# Each function runs in an empty folder, with $source (unpacked), $host and $prefix.
# shellcheck disable=SC2034,SC2154,SC2120

# Source package and a binary package of it, whose version apt knows. In the order of building.
libraries=(
	gmp:libgmp-dev
	nettle:nettle-dev
	gnutls28:libgnutls28-dev
	ngtcp2:libngtcp2-dev
	libevent:libevent-dev
	libconfig:libconfig-dev
	json-c:libjson-c-dev
	cmocka:libcmocka-dev
)

# What Windows 11 has may be used.
windows_cppflags=-D_WIN32_WINNT=0x0A00

cross_configure() {
	"$source/configure" --host="$host" --prefix="$prefix" --libdir="$prefix/lib" \
		--enable-static --disable-shared "$@" \
		CPPFLAGS="-I$prefix/include $windows_cppflags" LDFLAGS="-L$prefix/lib" \
		PKG_CONFIG_PATH= PKG_CONFIG_LIBDIR="$prefix/lib/pkgconfig"
}

cross_cmake() {
	cat >toolchain.cmake <<-END
		set(CMAKE_SYSTEM_NAME Windows)
		set(CMAKE_C_COMPILER $host-gcc)
		set(CMAKE_RC_COMPILER $host-windres)
		set(CMAKE_FIND_ROOT_PATH $prefix /usr/$host)
	END
	cmake -DCMAKE_TOOLCHAIN_FILE="$PWD/toolchain.cmake" -DCMAKE_INSTALL_PREFIX="$prefix" \
		-DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF "$@" "$source"
}

make_install() {
	make -j"$(nproc)" "$@"
	make install "$@"
}

# Debian took doc/ out, and its patches touch Makefile.am: what was generated has to be anew.
regenerate() {
	(cd "$source" && autoreconf -fi)
}

build_gmp() {
	regenerate
	cross_configure CC_FOR_BUILD=gcc
	make_install
}

build_nettle() {
	cross_configure --enable-fat --disable-documentation --disable-openssl CC_FOR_BUILD=gcc
	make_install
}

build_gnutls28() {
	cross_configure --with-included-unistring --with-included-libtasn1 \
		--without-p11-kit --without-idn --without-brotli --without-zstd --without-zlib \
		--without-tpm --without-tpm2 --disable-doc --disable-tools --disable-cxx --disable-tests \
		--disable-nls --disable-guile --disable-libdane --disable-full-test-suite
	make_install
}

build_ngtcp2() {
	regenerate
	cross_configure --enable-lib-only --with-gnutls --without-openssl --without-libev \
		--without-libnghttp3 --without-cunit --without-jemalloc
	make_install
}

build_libevent() {
	regenerate
	cross_configure --disable-openssl --disable-samples --disable-libevent-regress \
		--disable-debug-mode
	make_install
}

# Its top level needs makeinfo, and its tests do not build outside of the source.
build_libconfig() {
	cross_configure --disable-cxx --disable-examples
	make -C lib -j"$(nproc)"
	make -C lib install
	install -D -m 644 lib/libconfig.pc "$prefix/lib/pkgconfig/libconfig.pc"
}

build_json-c() {
	cross_cmake -DBUILD_TESTING=OFF -DBUILD_APPS=OFF -DDISABLE_WERROR=ON
	make_install
}

# Its pkg-config file is of the shared library only.
build_cmocka() {
	cross_cmake -DWITH_STATIC_LIB=ON -DUNIT_TESTING=OFF
	make_install
	sed -i 's/-lcmocka$/-lcmocka-static/' "$prefix/lib/pkgconfig/cmocka.pc"
}
