/** Options that `analyze` takes, as the help prints them. */
export const analyzeUsage = `ridgepoint analyze FILE [options]
ridgepoint analyze model.py [--entry "Net(width=2)"] [--input "float32[1,3,224,224]"] [options]
ridgepoint analyze --entry "timm.create_model('resnet50')" --python-path DIR [options]
ridgepoint analyze design.sv [MORE.sv files.f …] [--top NAME] [--part xc7a35t] [options]
ridgepoint analyze kernel.cpp [--top NAME] [--part xcvu9p] [--clock NS] [options]
ridgepoint analyze kernel.cu [--target nvidia-h100-sxm] [--dim n=1048576] [options]   (CUDA C++; kernel.py: Triton)
ridgepoint analyze --op "MatMul(bf16[4096,4096], bf16[4096,11008])" [options]

  --target ID           chip/runtime/precision, repeatable; \`ridgepoint targets\` lists them; or an architecture file
                        (default: the workspace's chosen ones, else a small default set)
  --batch N             batch size (default: as the model declares, else 1)
  --devices N           a language model's config.json shared by N devices of the target (tensor parallelism): the time
                        of one with its exchanges, and its memory
  --input "NAME=TYPE[DIMS]"
                        type of an input, repeatable; NAME may be left out for a single input;
                        NAME={1,2} or NAME=TYPE[DIMS]={1,2} says what a small input holds
  --dim NAME=N          binds a symbolic dimension or a scalar input, repeatable; a size of a GPU kernel, in CUDA C++ also \`grid\` or \`block\`
  --op "TEXT"           one operator in place of a file, in ONNX's names and input order; also
                          Attention(q=bf16[B,H,S,D], k=bf16[B,HK,T,D], v=…, causal=true, window=0, first=0)
                          MLA(q=bf16[B,H,S,192], kv=bf16[B,T,576])
                          MoE(bf16[tokens,hidden], experts=E, top_k=K, inter=I,
                              activation_type=swiglu, tp=1, ep=1, distribution=balanced)
                          AllReduce(fp16[N], group=8)   AllGather, ReduceScatter, AllToAll
                          QuantizeLinear(bf16[M,K], float32[])   DynamicQuantizeLinear
                        (README tells their terms)
  --entry "EXPR"        Python source: the expression that makes the model
  --python-path DIR     folder from which Python imports are resolved, repeatable
  --deploy              of a Python model with training branches, the form in which they are folded
  --top NAME            hardware descriptions: the module or function (default: what nothing else instantiates)
  --part ID             part or family (default: xc7a35t for RTL, xcvu9p for HLS)
  --clock NS            clock period in nanoseconds
  --activity SHARE      standard cells of a node (--part asic-45nm): share of the cycles in which a bit changes (default: 0.1)
  --hls4ml "WORDS"      a model as hls4ml would make it: reuse=4,strategy=latency,precision=ap_fixed<16,6>,
                        weights=…, input=…, zeros=0.3, multipliers=dsp|lut, constants=any|powers-of-two,
                        io=parallel|stream, conv=line-buffer|encoded, cycles=10000 (a target in place of reuse), clock=5;
                        for one layer NAME.reuse=8; or a JSON file of hls4ml's configuration
  --finn "WORDS"        a model as a streaming pipeline of FINN: fps=100000 or NAME.pe=8,NAME.simd=16; weights=2,
                        activations=2 (else as a QONNX model's quantizers say), layers=3, input=8, clock=10,
                        memory=auto|block|distributed|embedded, multipliers=lut|dsp, board=2W, host=100us; a list such as
                        weights=1|2|4 is a sweep; or a JSON file of FINN's folding, with words behind it (default part
                        xczu7ev)
  --tasks "WORDS"       a model's layers on an FPGA, which one by one on all DSPs and which in a pipeline that shares them:
                        dsp=2048, memory=8MiB, bandwidth=19.2GB/s, clock=5, bits=8, macs=1 a DSP and cycle
  --tool NAME           HLS: whose report is foretold, "Vitis 2020.2" (default) or "SDx 2018.3"
  --param NAME=VALUE    parameter of the top module, repeatable
  --define NAME[=TEXT]  macro, repeatable
  --include DIR         folder of included files, repeatable
  --report FILE         report of another tool (Vivado, Quartus, Vitis HLS, nextpnr, Yosys stat), repeatable (default: those
                        in the project that speak of the top); estimates follow it, and .ridgepoint/calibration.json keeps it
  --no-calibration      shows reports beside and lets them change nothing
  --hierarchy keep|flatten
                        RTL: map modules one by one, or all in one (default: flatten up to 40,000 bits of cells)
  --route               also place and route, on an iCE40 part by nextpnr
  --budget LIMIT        what a call may take, 16.7ms, or images a second that it has to keep up with, 60fps: says which
                        targets hold it, and which layers take most where one does not
  --grid GRAMS          grams of CO₂ per kilowatt hour: adds the carbon of 1,000 inferences
  --format FORMAT       json, markdown, html, csv or sarif (default: a table for people)
  --json                short for --format json
  --memory              adds all buffers of the memory plans: addresses and life times
  --quantization        adds the quantization section
  --samples PLACE       with it: sensitivities measured in ONNX Runtime on the samples in PLACE (.npz, .npy, .bin;
                        a file or a folder), or on made-up ones: generated or generated:N
  --weights FILE        with it, of a Python model: its weights, by the names of its state dict (default: a file beside it,
                        such as NAME.safetensors, NAME.pt or model.safetensors)
  --import FILE         with it: sensitivities from another tool's statistics: AIMET's layer-wise errors, ONNX Runtime's
                        quantization errors; for weight files an importance matrix of llama.cpp`;
