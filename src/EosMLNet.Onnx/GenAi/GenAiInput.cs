using System.Runtime.InteropServices;

namespace EosMLNet.Onnx;

/// <summary>One of the tensors that a generator of ONNX Runtime GenAI is given in front of a prompt.</summary>
/// <remarks>In GenAI: <c>new Tensor(input.Address, input.Shape, (ElementType)input.ElementType)</c>. The tensor does not copy the numbers:
/// they stay where they are until the <see cref="GenAiPrompt"/> is disposed.</remarks>
public sealed class GenAiInput
{
    private const long OfFloats = 1, OfIntegers = 7; // as the format numbers types

    private GCHandle handle;

    /// <param name="name">Its name.</param>
    /// <param name="values">Its numbers, float32 or int64.</param>
    /// <param name="shape">Its sizes.</param>
    internal GenAiInput(string name, Array values, long[] shape)
    {
        (Name, Shape) = (name, shape);
        ElementType = values.GetType() == typeof(float[]) ? OfFloats : OfIntegers;
        handle = GCHandle.Alloc(values, GCHandleType.Pinned);
    }

    /// <summary>The name that <c>Generator.SetModelInput</c> is given.</summary>
    public string Name { get; }

    /// <summary>Its sizes.</summary>
    public long[] Shape { get; }

    /// <summary>The type of its numbers, as ONNX and GenAI number them: 1 for float32, 7 for int64.</summary>
    public long ElementType { get; }

    /// <summary>Where its numbers lie.</summary>
    /// <exception cref="InvalidOperationException">The prompt was disposed.</exception>
    public nint Address => handle.AddrOfPinnedObject();

    internal void Free()
    {
        if (handle.IsAllocated)
            handle.Free();
    }
}
