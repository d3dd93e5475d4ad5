// A pre-norm encoder block as a tracer writes it: LayerNormalization and softmax are arithmetic.
module @jit_encoder {
  func.func public @main(%x: tensor<1x128x256xf32>, %ln1_scale: tensor<256xf32>, %ln1_bias: tensor<256xf32>, %q_kernel: tensor<256x256xf32>, %q_bias: tensor<256xf32>, %k_kernel: tensor<256x256xf32>, %k_bias: tensor<256xf32>, %v_kernel: tensor<256x256xf32>, %v_bias: tensor<256xf32>, %o_kernel: tensor<256x256xf32>, %o_bias: tensor<256xf32>, %ln2_scale: tensor<256xf32>, %ln2_bias: tensor<256xf32>, %fc1_kernel: tensor<256x1024xf32>, %fc1_bias: tensor<1024xf32>, %fc2_kernel: tensor<1024x256xf32>, %fc2_bias: tensor<256xf32>) -> tensor<1x128x256xf32> {
    %0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %1 = stablehlo.reduce(%x init: %0) applies stablehlo.add across dimensions = [2] : (tensor<1x128x256xf32>, tensor<f32>) -> tensor<1x128xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<1x128xf32>) -> tensor<1x128x1xf32>
    %3 = stablehlo.constant dense<2.560000e+02> : tensor<1x128x1xf32>
    %4 = stablehlo.divide %2, %3 : tensor<1x128x1xf32>
    %5 = stablehlo.broadcast_in_dim %4, dims = [0, 1, 2] : (tensor<1x128x1xf32>) -> tensor<1x128x256xf32>
    %6 = stablehlo.subtract %x, %5 : tensor<1x128x256xf32>
    %7 = stablehlo.multiply %6, %6 : tensor<1x128x256xf32>
    %8 = stablehlo.reduce(%7 init: %0) applies stablehlo.add across dimensions = [2] : (tensor<1x128x256xf32>, tensor<f32>) -> tensor<1x128xf32>
    %9 = stablehlo.broadcast_in_dim %8, dims = [0, 1] : (tensor<1x128xf32>) -> tensor<1x128x1xf32>
    %10 = stablehlo.divide %9, %3 : tensor<1x128x1xf32>
    %11 = stablehlo.constant dense<9.99999974E-6> : tensor<1x128x1xf32>
    %12 = stablehlo.add %10, %11 : tensor<1x128x1xf32>
    %13 = stablehlo.rsqrt %12 : tensor<1x128x1xf32>
    %14 = stablehlo.broadcast_in_dim %13, dims = [0, 1, 2] : (tensor<1x128x1xf32>) -> tensor<1x128x256xf32>
    %15 = stablehlo.multiply %6, %14 : tensor<1x128x256xf32>
    %16 = stablehlo.broadcast_in_dim %ln1_scale, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %17 = stablehlo.multiply %15, %16 : tensor<1x128x256xf32>
    %18 = stablehlo.broadcast_in_dim %ln1_bias, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %19 = stablehlo.add %17, %18 : tensor<1x128x256xf32>
    %20 = stablehlo.dot_general %19, %q_kernel, contracting_dims = [2] x [0], precision = [DEFAULT, DEFAULT] : (tensor<1x128x256xf32>, tensor<256x256xf32>) -> tensor<1x128x256xf32>
    %21 = stablehlo.broadcast_in_dim %q_bias, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %22 = stablehlo.add %20, %21 : tensor<1x128x256xf32>
    %23 = stablehlo.reshape %22 : (tensor<1x128x256xf32>) -> tensor<1x128x4x64xf32>
    %24 = stablehlo.transpose %23, dims = [0, 2, 1, 3] : (tensor<1x128x4x64xf32>) -> tensor<1x4x128x64xf32>
    %25 = stablehlo.dot_general %19, %k_kernel, contracting_dims = [2] x [0], precision = [DEFAULT, DEFAULT] : (tensor<1x128x256xf32>, tensor<256x256xf32>) -> tensor<1x128x256xf32>
    %26 = stablehlo.broadcast_in_dim %k_bias, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %27 = stablehlo.add %25, %26 : tensor<1x128x256xf32>
    %28 = stablehlo.reshape %27 : (tensor<1x128x256xf32>) -> tensor<1x128x4x64xf32>
    %29 = stablehlo.transpose %28, dims = [0, 2, 1, 3] : (tensor<1x128x4x64xf32>) -> tensor<1x4x128x64xf32>
    %30 = stablehlo.dot_general %19, %v_kernel, contracting_dims = [2] x [0], precision = [DEFAULT, DEFAULT] : (tensor<1x128x256xf32>, tensor<256x256xf32>) -> tensor<1x128x256xf32>
    %31 = stablehlo.broadcast_in_dim %v_bias, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %32 = stablehlo.add %30, %31 : tensor<1x128x256xf32>
    %33 = stablehlo.reshape %32 : (tensor<1x128x256xf32>) -> tensor<1x128x4x64xf32>
    %34 = stablehlo.transpose %33, dims = [0, 2, 1, 3] : (tensor<1x128x4x64xf32>) -> tensor<1x4x128x64xf32>
    %35 = stablehlo.dot_general %24, %29, batching_dims = [0, 1] x [0, 1], contracting_dims = [3] x [3], precision = [DEFAULT, DEFAULT] : (tensor<1x4x128x64xf32>, tensor<1x4x128x64xf32>) -> tensor<1x4x128x128xf32>
    %36 = stablehlo.constant dense<1.250000e-01> : tensor<1x4x128x128xf32>
    %37 = stablehlo.multiply %35, %36 : tensor<1x4x128x128xf32>
    %38 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %39 = stablehlo.reduce(%37 init: %38) applies stablehlo.maximum across dimensions = [3] : (tensor<1x4x128x128xf32>, tensor<f32>) -> tensor<1x4x128xf32>
    %40 = stablehlo.broadcast_in_dim %39, dims = [0, 1, 2] : (tensor<1x4x128xf32>) -> tensor<1x4x128x1xf32>
    %41 = stablehlo.broadcast_in_dim %40, dims = [0, 1, 2, 3] : (tensor<1x4x128x1xf32>) -> tensor<1x4x128x128xf32>
    %42 = stablehlo.subtract %37, %41 : tensor<1x4x128x128xf32>
    %43 = stablehlo.exponential %42 : tensor<1x4x128x128xf32>
    %44 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %45 = stablehlo.reduce(%43 init: %44) applies stablehlo.add across dimensions = [3] : (tensor<1x4x128x128xf32>, tensor<f32>) -> tensor<1x4x128xf32>
    %46 = stablehlo.broadcast_in_dim %45, dims = [0, 1, 2] : (tensor<1x4x128xf32>) -> tensor<1x4x128x1xf32>
    %47 = stablehlo.broadcast_in_dim %46, dims = [0, 1, 2, 3] : (tensor<1x4x128x1xf32>) -> tensor<1x4x128x128xf32>
    %48 = stablehlo.divide %43, %47 : tensor<1x4x128x128xf32>
    %49 = stablehlo.dot_general %48, %34, batching_dims = [0, 1] x [0, 1], contracting_dims = [3] x [2], precision = [DEFAULT, DEFAULT] : (tensor<1x4x128x128xf32>, tensor<1x4x128x64xf32>) -> tensor<1x4x128x64xf32>
    %50 = stablehlo.transpose %49, dims = [0, 2, 1, 3] : (tensor<1x4x128x64xf32>) -> tensor<1x128x4x64xf32>
    %51 = stablehlo.reshape %50 : (tensor<1x128x4x64xf32>) -> tensor<1x128x256xf32>
    %52 = stablehlo.dot_general %51, %o_kernel, contracting_dims = [2] x [0], precision = [DEFAULT, DEFAULT] : (tensor<1x128x256xf32>, tensor<256x256xf32>) -> tensor<1x128x256xf32>
    %53 = stablehlo.broadcast_in_dim %o_bias, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %54 = stablehlo.add %52, %53 : tensor<1x128x256xf32>
    %55 = stablehlo.add %x, %54 : tensor<1x128x256xf32>
    %56 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %57 = stablehlo.reduce(%55 init: %56) applies stablehlo.add across dimensions = [2] : (tensor<1x128x256xf32>, tensor<f32>) -> tensor<1x128xf32>
    %58 = stablehlo.broadcast_in_dim %57, dims = [0, 1] : (tensor<1x128xf32>) -> tensor<1x128x1xf32>
    %59 = stablehlo.constant dense<2.560000e+02> : tensor<1x128x1xf32>
    %60 = stablehlo.divide %58, %59 : tensor<1x128x1xf32>
    %61 = stablehlo.broadcast_in_dim %60, dims = [0, 1, 2] : (tensor<1x128x1xf32>) -> tensor<1x128x256xf32>
    %62 = stablehlo.subtract %55, %61 : tensor<1x128x256xf32>
    %63 = stablehlo.multiply %62, %62 : tensor<1x128x256xf32>
    %64 = stablehlo.reduce(%63 init: %56) applies stablehlo.add across dimensions = [2] : (tensor<1x128x256xf32>, tensor<f32>) -> tensor<1x128xf32>
    %65 = stablehlo.broadcast_in_dim %64, dims = [0, 1] : (tensor<1x128xf32>) -> tensor<1x128x1xf32>
    %66 = stablehlo.divide %65, %59 : tensor<1x128x1xf32>
    %67 = stablehlo.constant dense<9.99999974E-6> : tensor<1x128x1xf32>
    %68 = stablehlo.add %66, %67 : tensor<1x128x1xf32>
    %69 = stablehlo.rsqrt %68 : tensor<1x128x1xf32>
    %70 = stablehlo.broadcast_in_dim %69, dims = [0, 1, 2] : (tensor<1x128x1xf32>) -> tensor<1x128x256xf32>
    %71 = stablehlo.multiply %62, %70 : tensor<1x128x256xf32>
    %72 = stablehlo.broadcast_in_dim %ln2_scale, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %73 = stablehlo.multiply %71, %72 : tensor<1x128x256xf32>
    %74 = stablehlo.broadcast_in_dim %ln2_bias, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %75 = stablehlo.add %73, %74 : tensor<1x128x256xf32>
    %76 = stablehlo.dot_general %75, %fc1_kernel, contracting_dims = [2] x [0], precision = [DEFAULT, DEFAULT] : (tensor<1x128x256xf32>, tensor<256x1024xf32>) -> tensor<1x128x1024xf32>
    %77 = stablehlo.broadcast_in_dim %fc1_bias, dims = [2] : (tensor<1024xf32>) -> tensor<1x128x1024xf32>
    %78 = stablehlo.add %76, %77 : tensor<1x128x1024xf32>
    %79 = stablehlo.logistic %78 : tensor<1x128x1024xf32>
    %80 = stablehlo.multiply %78, %79 : tensor<1x128x1024xf32>
    %81 = stablehlo.dot_general %80, %fc2_kernel, contracting_dims = [2] x [0], precision = [DEFAULT, DEFAULT] : (tensor<1x128x1024xf32>, tensor<1024x256xf32>) -> tensor<1x128x256xf32>
    %82 = stablehlo.broadcast_in_dim %fc2_bias, dims = [2] : (tensor<256xf32>) -> tensor<1x128x256xf32>
    %83 = stablehlo.add %81, %82 : tensor<1x128x256xf32>
    %84 = stablehlo.add %55, %83 : tensor<1x128x256xf32>
    return %84 : tensor<1x128x256xf32>
  }
}
