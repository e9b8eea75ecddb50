namespace EosMLNet.Onnx;

/// <summary>
/// A prompt as a generator of ONNX Runtime GenAI takes it. It holds the memory of the inputs: dispose it behind the generator.
/// </summary>
public sealed class GenAiPrompt : IDisposable
{
    internal GenAiPrompt(int[] ids, IReadOnlyList<GenAiInput> inputs) => (Ids, Inputs) = (ids, inputs);

    /// <summary>The token ids for <c>Generator.AppendTokens</c>; an image is one id for each of its visual tokens.</summary>
    public int[] Ids { get; }

    /// <summary>The tensors for <c>Generator.SetModelInput</c>, all of which are set before.</summary>
    public IReadOnlyList<GenAiInput> Inputs { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var input in Inputs)
            input.Free();
    }
}
