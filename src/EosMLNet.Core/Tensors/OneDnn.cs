using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Linear layers of oneDNN whose weights were laid out for the processor beforehand. TorchSharp has no names for them; libtorch exports
/// them with a C interface, which it has for compiled models (torch/csrc/inductor/aoti_torch/c/shim.h and shim_cpu.h). They record no
/// gradients.
/// </summary>
internal static unsafe class OneDnn
{
    /// <summary>What 0 is in an input of 8 bits.</summary>
    internal const int Zero = 128;

    private static readonly Lazy<Functions?> Found = new(Functions.Find);
    private const double Rounding = 0.01; // relative; more than bfloat16's, and far less than a wrong layout
    private static readonly ConcurrentDictionary<ScalarType, bool> Packing = new();
    private static readonly ConcurrentDictionary<(ScalarType Type, long To, long From), bool> Right = new();
    private static readonly ConcurrentDictionary<string, PackedLayout> Layouts = new(); // by oneDNN's own descriptions
    private static readonly byte* NoPostOperation = Text("none"), NoAlgorithm = Text("");

    private sealed class Functions
    {
        internal required delegate* unmanaged<byte*, byte*, ulong*, int> Call { get; init; }
        internal required delegate* unmanaged<nint, nint*, int> Share { get; init; }
        internal required delegate* unmanaged<nint, int*, int> Layout { get; init; }
        internal required int PackedLayout { get; init; }
        internal required delegate* unmanaged<nint, void**, int> Numbers { get; init; }
        internal required delegate* unmanaged<nint, nint, nint*, byte*, double**, long, byte**, nint*, int> Linear { get; init; }
        internal required delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint*, double, long, int*, byte*, double**, long, byte*,
            nint*, int> Quantized
        { get; init; }
        internal Tensor InputScale { get; } = Single(1, ScalarType.Float32);
        internal Tensor InputZero { get; } = Single(Zero, ScalarType.Int32);
        internal Tensor WeightZero { get; } = Single(0, ScalarType.Int32);

        internal static Functions? Find()
        {
            if (LoadedLibraries.Find("torch_cpu") is not { } file || !NativeLibrary.TryLoad(file, out var library)
                || !TryFind("aoti_torch_call_dispatcher", out var call) || !TryFind("aoti_torch_new_tensor_handle", out var share)
                || !TryFind("aoti_torch_get_layout", out var layout) || !TryFind("aoti_torch_layout__mkldnn", out var packedLayout)
                || !TryFind("aoti_torch_get_data_ptr", out var numbers)
                || !TryFind("aoti_torch_cpu__linear_pointwise", out var linear)
                || !TryFind("aoti_torch_cpu__qlinear_pointwise_tensor", out var quantized))
                return null;
            return new Functions
            {
                Call = (delegate* unmanaged<byte*, byte*, ulong*, int>)call,
                Share = (delegate* unmanaged<nint, nint*, int>)share,
                Layout = (delegate* unmanaged<nint, int*, int>)layout,
                PackedLayout = ((delegate* unmanaged<int>)packedLayout)(),
                Numbers = (delegate* unmanaged<nint, void**, int>)numbers,
                Linear = (delegate* unmanaged<nint, nint, nint*, byte*, double**, long, byte**, nint*, int>)linear,
                Quantized = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint*, double, long, int*, byte*, double**, long,
                    byte*, nint*, int>)quantized,
            };

            bool TryFind(string name, out nint address) => NativeLibrary.TryGetExport(library, name, out address);
        }
    }

    /// <summary>Whether this libtorch has them: builds without oneDNN, and older ones, do not.</summary>
    internal static bool IsThere => Found.Value is not null;

    /// <summary>Whether weights of a type can be packed here: tried once, on a small one.</summary>
    internal static bool Packs(ScalarType type) => Packing.GetOrAdd(type, TryPacking);

    /// <summary>Whether a tensor is a weight that was laid out: its numbers cannot be read.</summary>
    internal static bool IsPacked(Tensor weight)
    {
        if (Found.Value is not { } functions)
            return false;
        int layout;
        Check(functions.Layout(weight.Handle, &layout));
        GC.KeepAlive(weight);
        return layout == functions.PackedLayout;
    }

    /// <summary>How a weight is laid out that was packed here; null where that is not known.</summary>
    internal static PackedLayout? LayoutOf(Tensor packed) => Layouts.TryGetValue(DescriptionOf(packed), out var layout) ? layout : null;

    /// <summary>Where the numbers of a tensor are that is on the CPU, a packed one too. They stay there as long as it lives.</summary>
    internal static void* NumbersOf(Tensor tensor)
    {
        void* numbers;
        Check(Found.Value!.Numbers(tensor.Handle, &numbers));
        GC.KeepAlive(tensor);
        return numbers;
    }

    /// <summary>
    /// Lays a weight out for products in its own type, and looks at a product with the first one of each shape: in float32 libtorch 2.10
    /// lays some shapes out wrongly, those with 40, 72 or 100 rows for instance.
    /// </summary>
    /// <param name="weight">(out, in), float32 or bfloat16, on the CPU.</param>
    /// <returns>The same numbers, which can only be used by <see cref="Linear"/>; null where products with them are wrong, or where this
    /// processor has none in the weight's type.</returns>
    internal static Tensor? TryPack(Tensor weight)
    {
        if (!Packs(weight.dtype))
            return null;
        var packed = Reorder(weight);
        if (Right.GetOrAdd((weight.dtype, weight.shape[0], weight.shape[1]), _ => Agrees(weight, packed)))
        {
            LookAt(weight, packed);
            return packed;
        }
        packed.Dispose();
        return null;
    }

    /// <summary>Lays an int8 weight out for products with uint8.</summary>
    /// <param name="weight">(out, in), int8, on the CPU.</param>
    /// <returns>The same numbers, which can only be used by <see cref="Quantized"/>.</returns>
    internal static Tensor PackQuantized(Tensor weight)
    {
        var packed = Pack("onednn::qlinear_prepack", weight);
        LookAt(weight, packed);
        return packed;
    }

    /// <summary>x Wᵀ + b.</summary>
    /// <param name="x">(…, in), of the weight's type.</param>
    /// <param name="packed">What <see cref="TryPack"/> has made of W.</param>
    /// <param name="bias">(out); null for none.</param>
    /// <returns>(…, out).</returns>
    internal static Tensor Linear(Tensor x, Tensor packed, Tensor? bias)
    {
        nint result, b = bias?.Handle ?? 0;
        var algorithm = NoAlgorithm;
        Check(Found.Value!.Linear(x.Handle, packed.Handle, bias is null ? null : &b, NoPostOperation, null, 0, &algorithm, &result));
        GC.KeepAlive(x);
        GC.KeepAlive(packed);
        GC.KeepAlive(bias);
        return Tensor.UnsafeCreateTensor(result);
    }

    /// <summary>(x − <see cref="Zero"/>) Wᵀ, with each column scaled.</summary>
    /// <param name="x">(n, in), uint8.</param>
    /// <param name="packed">What <see cref="PackQuantized"/> has made of W.</param>
    /// <param name="scales">A factor for each column of the result, float32, (out).</param>
    /// <param name="type">Of the result: float32 or bfloat16.</param>
    /// <returns>(n, out).</returns>
    internal static Tensor Quantized(Tensor x, Tensor packed, Tensor scales, ScalarType type)
    {
        nint result;
        var code = (int)type;
        var functions = Found.Value!;
        Check(functions.Quantized(x.Handle, functions.InputScale.Handle, functions.InputZero.Handle, packed.Handle, scales.Handle,
            functions.WeightZero.Handle, null, 1, 0, &code, NoPostOperation, null, 0, NoAlgorithm, &result));
        GC.KeepAlive(x);
        GC.KeepAlive(packed);
        GC.KeepAlive(scales);
        return Tensor.UnsafeCreateTensor(result);
    }

    private static bool TryPacking(ScalarType type)
    {
        if (!IsThere)
            return false;
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        try
        {
            var product = Linear(ones([2, 32], type), Reorder(ones([16, 32], type)), null);
            return product.to(ScalarType.Float32).data<float>().All(value => value == 32);
        }
        catch (EosException)
        {
            return false;
        }
    }

    private static Tensor Reorder(Tensor weight) => Pack("mkldnn::_reorder_linear_weight", weight);

    // Keeps in mind how a weight was laid out, and with it all that oneDNN describes in the same way.
    private static void LookAt(Tensor weight, Tensor packed)
    {
        var description = DescriptionOf(packed);
        using var rows = weight.contiguous();
        var (size, packedSize) = (weight.numel() * weight.element_size(), (long)Call("mkldnn::_nbytes", packed));
        if (Layouts.ContainsKey(description) || size % (sizeof(uint) * weight.shape[0]) != 0 || packedSize / sizeof(uint) > int.MaxValue)
            return;
        var words = new ReadOnlySpan<uint>(NumbersOf(rows), (int)(size / sizeof(uint)));
        if (PackedLayout.Find(words, (int)weight.shape[0], new(NumbersOf(packed), (int)(packedSize / sizeof(uint)))) is { } layout)
            Layouts[description] = layout;
        GC.KeepAlive(packed);
    }

    private static string DescriptionOf(Tensor packed)
    {
        using var description = Tensor.UnsafeCreateTensor((nint)Call("mkldnn::_get_mkldnn_serialized_md", packed));
        return Convert.ToHexString(description.bytes);
    }

    // Rows are taken in ways of their own, one and many.
    private static bool Agrees(Tensor weight, Tensor packed) => new long[] { 1, 17 }.All(rows =>
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var x = Scalars.Arange(rows * weight.shape[1]).sin().view(rows, -1).to(weight.dtype);          // (n, in)
        var expected = nn.functional.linear(x, weight).to(ScalarType.Float32);                       // (n, out)
        var difference = Linear(x, packed, null).to(ScalarType.Float32).sub(expected);
        return !(difference.norm().item<float>() > Rounding * expected.norm().item<float>()); // numbers that are none agree
    });

    private static Tensor Pack(string name, Tensor weight) => Tensor.UnsafeCreateTensor((nint)Call(name, weight));

    // An operator that takes a weight, and perhaps an optional second argument, which is left out. The tensor's handle is given away.
    private static ulong Call(string name, Tensor weight)
    {
        var functions = Found.Value!;
        nint shared;
        Check(functions.Share(weight.Handle, &shared));
        var stack = stackalloc ulong[] { (ulong)shared, 0 };
        var text = Text(name);
        try
        {
            Check(functions.Call(text, NoAlgorithm, stack));
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)text);
        }
        GC.KeepAlive(weight);
        return stack[0];
    }

    private static Tensor Single(double value, ScalarType type) => Scalars.Full(value, [1], type).DetachFromDisposeScope();

    private static byte* Text(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);

    // libtorch has written the reason to the standard error stream.
    private static void Check(int code)
    {
        if (code != 0)
            throw new EosException(EosErrors.PackedLayer,
                "A linear layer with a packed weight has failed in libtorch, which has written the reason to the standard error stream. " +
                "Use data type float32, or free memory where it says that there is none.");
    }
}
