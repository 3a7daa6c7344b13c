# libtorch without its own CMake files: those of a CUDA build want the CUDA toolkit, and the C++
# library is just two shared objects and a folder of headers.
set(torch_include ${SLAVA_TORCH_DIR}/include)
set(torch_lib ${SLAVA_TORCH_DIR}/lib)
if(NOT EXISTS ${torch_include}/ATen/ATen.h OR NOT EXISTS ${torch_lib}/libtorch_cpu.so)
  message(FATAL_ERROR
    "No libtorch in SLAVA_TORCH_DIR=${SLAVA_TORCH_DIR}: expected include/ATen/ATen.h and "
    "lib/libtorch_cpu.so. Run scripts/setup.sh, or pass -DSLAVA_TORCH_DIR=DIR.")
endif()
file(STRINGS ${torch_include}/torch/headeronly/version.h torch_version_lines
     REGEX "define TORCH_VERSION_(MAJOR|MINOR) [0-9]+$")
string(REGEX MATCHALL "[0-9]+" torch_version "${torch_version_lines}")
list(JOIN torch_version "." torch_version)
message(STATUS "libtorch ${torch_version} in ${SLAVA_TORCH_DIR}")
if(torch_version VERSION_LESS 2.11 OR torch_version VERSION_GREATER_EQUAL 2.15)
  message(FATAL_ERROR "libtorch ${torch_version} in ${SLAVA_TORCH_DIR}; 2.11 to 2.14 are supported")
endif()

add_library(slava_torch INTERFACE)
target_include_directories(slava_torch SYSTEM INTERFACE ${torch_include})
# at::parallel_for runs on one thread in files that are compiled without OpenMP. The runtime has to be
# libtorch's own: a second one in the process would have threads of its own.
file(GLOB torch_openmp ${torch_lib}/libgomp*.so*)
if(NOT torch_openmp)
  message(FATAL_ERROR "No OpenMP runtime (libgomp*.so*) in ${torch_lib}")
endif()
list(GET torch_openmp 0 torch_openmp)
target_compile_options(slava_torch INTERFACE -fopenmp)
# CMake adds the build tree's rpath by itself and takes it out again on install.
target_link_libraries(slava_torch INTERFACE ${torch_lib}/libtorch_cpu.so ${torch_lib}/libc10.so
                      ${torch_openmp})
