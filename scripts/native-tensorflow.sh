#!/usr/bin/env bash
# Builds TensorFlow.js's native binding from TensorFlow's Python wheel; knows nothing of the engine that loads it.
#
# The binding is plain C++ on two stable C interfaces, Node-API and TensorFlow's: one compiler call builds it, for all
# Node versions at once. The package's own installer is not run, for it downloads a prebuilt binary.
set -euo pipefail

readonly TFJS=4.22.0 TENSORFLOW=2.18.1 NODE_API_HEADERS=1.9.0 NODE_API=8
readonly RECIPE=1 # raise it when what is built changes, so that older builds are replaced

usage() {
  cat <<TEXT
usage: scripts/native-tensorflow.sh [cpu|gpu] [DIR]

Builds @tensorflow/tfjs-node (cpu, the default) or @tensorflow/tfjs-node-gpu $TFJS on TensorFlow $TENSORFLOW into
DIR, by default \${XDG_CACHE_HOME:-~/.cache}/entlaw/tensorflow-cpu or -gpu. Give that folder to entlaw:

  export ENTLAW_TENSORFLOW=DIR

Progress goes to stderr; stdout is DIR alone. A build that works is left as it is, one that was interrupted goes on
from DIR.building. Needs Linux on x86_64, Node 18 or later, npm, g++, python3 with pip, and the registries of both.

exit codes: 0 DIR is ready; 1 the build failed; 2 bad usage; 3 this machine cannot build it (a tool is missing,
nothing can be downloaded, or the disk is too full).
TEXT
}

say() { echo "native-tensorflow: $*" >&2; }
fail() { # fail CODE MESSAGE
  say "${@:2}"
  exit "$1"
}

# Wheels as pip requirement lines; pip refuses a file whose hash differs.
wheels() {
  case $1 in
    cpu) echo "tensorflow-cpu==$TENSORFLOW --hash=sha256:810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298" ;;
    # The CUDA libraries are those that this TensorFlow names in its extra "and-cuda".
    gpu) cat <<LINES ;;
tensorflow==$TENSORFLOW --hash=sha256:c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828
nvidia-cublas-cu12==12.5.3.2 --hash=sha256:ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b
nvidia-cuda-cupti-cu12==12.5.82 --hash=sha256:bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953
nvidia-cuda-nvrtc-cu12==12.5.82 --hash=sha256:3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd
nvidia-cuda-runtime-cu12==12.5.82 --hash=sha256:3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115
nvidia-cudnn-cu12==9.3.0.75 --hash=sha256:9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d
nvidia-cufft-cu12==11.2.3.61 --hash=sha256:9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8
nvidia-cusolver-cu12==11.6.3.83 --hash=sha256:93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b
nvidia-cusparse-cu12==12.5.1.3 --hash=sha256:016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752
nvidia-nvjitlink-cu12==12.5.82 --hash=sha256:f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212
LINES
  esac
}

[[ ${1:-} != -h && ${1:-} != --help ]] || { usage; exit 0; }
kind=${1:-cpu}
case $kind in
  cpu) package=@tensorflow/tfjs-node megabytes=2000 ;;
  gpu) package=@tensorflow/tfjs-node-gpu megabytes=9000 ;;
  *) usage >&2; exit 2 ;;
esac
[[ $# -le 2 ]] || { usage >&2; exit 2; }
dir=${2:-${XDG_CACHE_HOME:-$HOME/.cache}/entlaw/tensorflow-$kind}
readonly mark=.native-tensorflow recipe="$package@$TFJS tensorflow@$TENSORFLOW recipe $RECIPE"

check_machine() {
  [[ $(uname -sm) == "Linux x86_64" ]] || fail 3 "only Linux on x86_64 has these wheels; this is $(uname -sm)"
  local missing=()
  for tool in node npm g++ python3; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [[ " ${missing[*]} " == *" python3 "* ]] || python3 -m pip --version >/dev/null 2>&1 || missing+=(pip)
  [[ ${#missing[@]} -eq 0 ]] ||
    fail 3 "missing: ${missing[*]}; install them (Debian: apt-get install g++ python3 python3-pip; Node.js brings npm)"
  [[ $(node -p process.versions.napi) -ge $NODE_API ]] || fail 3 "Node 18 or later is needed, got $(node -v)"
  [[ $(df -Pm "$(dirname "$dir")" | awk 'NR == 2 { print $4 }') -ge $megabytes ]] ||
    fail 3 "$megabytes MB of disk are needed at $(dirname "$dir"); free some, or name another DIR"
}

# Loads the binding in FOLDER and differentiates a product of matrices with it.
works() { # works FOLDER
  (cd "$1" && TF_CPP_MIN_LOG_LEVEL=2 node -e "
    const tf = require('$package');
    const x = tf.tensor2d([[1, 2], [3, 4]]);
    const [dx] = tf.grads((a, b) => tf.matMul(a, b).square().sum())([x, x]);
    const right = dx.dataSync().join() === '158,274,266,482' && tf.getBackend() === 'tensorflow';
    const { binding, isUsingGpuDevice } = tf.backend();
    const device = isUsingGpuDevice ? 'the GPU' : 'the CPU';
    console.log('TensorFlow ' + binding.TF_Version + ' on ' + device + ', Node ' + process.version);
    process.exitCode = right ? 0 : 1;
  ")
}

ready() { # whether DIR holds this recipe's build and it computes
  [[ -f $dir/$mark && $(cat "$dir/$mark") == "$recipe" ]] && description=$(works "$dir" 2>/dev/null)
}

download() { # wheels into $stage/wheels; those that are there and whole are kept
  wheels "$kind" >"$stage/wheels.txt"
  say "downloading $(wc -l <"$stage/wheels.txt") wheel(s)"
  python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 --require-hashes --retries 2 \
    --requirement "$stage/wheels.txt" --dest "$stage/wheels" >"$stage/pip.log" 2>&1 && return
  grep -q "DO NOT MATCH THE HASHES" "$stage/pip.log" && fail 1 "a wheel is not the pinned one; see $stage/pip.log"
  fail 3 "TensorFlow's wheel cannot be downloaded with pip, so nothing is built; see $stage/pip.log"
}

install_package() { # the npm package and the Node-API headers into $app, no install script run
  say "installing $package@$TFJS"
  echo '{ "private": true }' >"$app/package.json"
  npm install --prefix "$app" --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error \
    --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 \
    "$package@$TFJS" "node-api-headers@$NODE_API_HEADERS" >"$stage/npm.log" 2>&1 ||
    fail 3 "$package cannot be downloaded with npm, so nothing is built; see $stage/npm.log"
}

unpack() { # libraries and C headers of the wheels into the package's folder deps, where its binding looks
  say "unpacking"
  python3 - "$stage/wheels" "$root/deps" <<'PYTHON'
import pathlib, re, shutil, sys, zipfile

wheels, deps = map(pathlib.Path, sys.argv[1:])
# TensorFlow finds CUDA in ../nvidia as seen from its own library.
wanted = {
    r"tensorflow/(libtensorflow_(?:cc|framework)\.so\.2)": "lib",
    r"tensorflow/include/((?:tensorflow/c|tensorflow/core/platform|tsl/platform|xla/tsl/c)/.+\.h)": "include",
    r"(nvidia/\w+/lib/.+\.so[.\d]*)": ".",
}
for wheel in wheels.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            for pattern, folder in wanted.items():
                if match := re.fullmatch(pattern, name):
                    target = deps / folder / match[1]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(name) as source, target.open("wb") as sink:
                        shutil.copyfileobj(source, sink, 1 << 20)
PYTHON
}

# Two of the package's files take functions from node:util that Node 23 removed and Node 22 warns of.
replace_removed_functions() {
  local file
  for file in nodejs_kernel_backend.js kernels/TopK.js; do
    sed -i 's/^var util_1 = require("util");$/var util_1 = { isArray: Array.isArray, isNullOrUndefined: (x) => x == null };/' \
      "$root/dist/$file"
    ! grep -q 'require("util")' "$root/dist/$file" || fail 1 "$file is not as expected in $package@$TFJS"
  done
}

compile() {
  say "compiling the binding"
  mkdir -p "$root/lib/napi-v$NODE_API"
  g++ -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=$NODE_API \
    -I "$app/node_modules/node-api-headers/include" -I "$root/deps/include" \
    "$root/binding/tfjs_backend.cc" "$root/binding/tfjs_binding.cc" \
    -L "$root/deps/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,'$ORIGIN/../../deps/lib' \
    -o "$root/lib/napi-v$NODE_API/tfjs_binding.node" >"$stage/compile.log" 2>&1 ||
    fail 1 "g++ failed; see $stage/compile.log"
}

build() { # everything in $stage, then one rename into place
  download
  rm -rf "$app"
  mkdir -p "$app"
  install_package
  unpack
  replace_removed_functions
  compile
  description=$(works "$app" 2>"$stage/works.log") || fail 1 "the binding does not compute; see $stage/works.log"
  echo "$recipe" >"$app/$mark"
  rm -rf "$stage/old"
  [[ ! -e $dir ]] || mv "$dir" "$stage/old"
  mv "$app" "$dir"
}

mkdir -p "$(dirname "$dir")"
dir=$(cd "$(dirname "$dir")" && pwd)/$(basename "$dir")
readonly dir stage=$dir.building app=$dir.building/app
readonly root=$app/node_modules/$package
if [[ -e $dir && ! -f $dir/$mark ]] && [[ ! -d $dir || -n $(ls -A "$dir") ]]; then
  fail 2 "$dir exists and was not made by this script; name another DIR"
fi

if ! ready; then
  check_machine
  mkdir -p "$stage/wheels"
  exec 9<"$stage"
  ! command -v flock >/dev/null || flock 9 # one build at a time; the lock ends with the process
  ready || build
  rm -rf "$stage"
fi
say "ready: $description"
echo "$dir"
