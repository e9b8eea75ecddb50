using EosMLNet.Onnx.Models;

namespace EosMLNet.Onnx.Sessions;

/// <summary>Prompts that are being answered: B rows, their keys and values, and what each of their tokens adds to attention.</summary>
internal sealed class DecoderRun : IDisposable
{
    private readonly ModelConfig config;
    private readonly DecoderGraph graph;
    private readonly GraphSession session;
    private readonly TokenBuffers buffers;
    private readonly long[][] lengths;           // of each stretch of layers: tokens of each row, (B)
    private readonly float[]?[] biases;          // of each stretch of layers: (B, prompt); null where nothing is added
    private readonly int[] widths;               // of each stretch of layers: the longest prompt
    private readonly long[] positions;           // of the next token of each row, (B)
    private readonly IReadOnlyList<EncodedImage> images;
    private readonly (ReductionSite Site, long[] Indices)[] kept; // (G, k) each
    private readonly bool keepsLogits;
    private readonly int rows;

    private string[] Told => keepsLogits ? [DecoderNames.NextToken, DecoderNames.Probability, DecoderNames.Logits]
        : [DecoderNames.NextToken, DecoderNames.Probability];

    /// <summary>Runs prompts.</summary>
    /// <param name="config">The model.</param>
    /// <param name="graph">How the decoder's graph was written.</param>
    /// <param name="session">The graph.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="room">The tokens of the longest row that each stretch of layers gets.</param>
    /// <param name="newTokens">How many tokens may be added to each row.</param>
    /// <param name="keepsLogits">Whether <see cref="Logits"/> are asked for.</param>
    /// <param name="cancellation">Ends the run.</param>
    internal DecoderRun(ModelConfig config, DecoderGraph graph, GraphSession session, PromptLayout prompts, IReadOnlyList<int> room,
        int newTokens, bool keepsLogits, CancellationToken cancellation)
    {
        (this.config, this.graph, this.session, this.keepsLogits, rows) = (config, graph, session, keepsLogits, prompts.Count);
        var stretches = graph.Stretches;
        var count = stretches[^1] + 1;
        buffers = new TokenBuffers(config.Text, stretches, rows, [.. room.Select(tokens => tokens + newTokens)]);
        (lengths, biases, widths, positions) = (new long[count][], new float[count][], new int[count], [.. prompts.Next]);
        using var inputs = new OwnedValues();
        AddPrompts(inputs, prompts);
        string[] wanted = [.. Told, .. session.Outputs.Where(IsToldOfPrompts)];
        using var ran = session.Run(inputs.With(buffers.Past), buffers.Present, wanted, cancellation);
        var outputs = ran.Values;
        for (var stretch = 0; stretch < count; stretch++)
        {
            lengths[stretch] = outputs[DecoderNames.Lengths(stretch)].GetTensorDataAsSpan<long>().ToArray();
            widths[stretch] = (int)lengths[stretch].Max();
            biases[stretch] = outputs.GetValueOrDefault(DecoderNames.Bias(stretch))?.GetTensorDataAsSpan<float>().ToArray();
        }
        Read(ran);
        images = prompts.Images;
        kept = [.. graph.Sites.Select(site => (site.Site, outputs[site.Kept].GetTensorDataAsSpan<long>().ToArray()))];
    }

    /// <summary>The likeliest token behind each row, (B).</summary>
    internal long[] NextTokens { get; private set; } = [];

    /// <summary>The probability of each, (B).</summary>
    internal float[] Probabilities { get; private set; } = [];

    /// <summary>The logits behind each row, (B, vocabulary).</summary>
    internal float[] Logits { get; private set; } = [];

    /// <summary>The visual tokens that each site has left of an image, as numbers by which tables know them.</summary>
    /// <param name="image">The image's number among all of the run.</param>
    internal IEnumerable<(int Layer, long[] Indices)> KeptOf(int image) => kept.Select(of =>
    {
        var (each, own) = (of.Indices.Length / images.Count, graph.LeftBy(of.Site, images[image].Layout)); // filled up behind its own
        return (of.Site.Layer, of.Indices.AsSpan(image * each, own).ToArray());
    });

    /// <summary>Adds a token to each row.</summary>
    /// <param name="ids">The tokens, (B).</param>
    /// <param name="cancellation">Ends the run.</param>
    internal void Add(long[] ids, CancellationToken cancellation)
    {
        using var inputs = new OwnedValues();
        var turns = new RotaryTable(config.Text);
        var (cos, sin) = (new float[rows * turns.Size], new float[rows * turns.Size]);
        for (var row = 0; row < rows; row++)
            turns.Write(_ => positions[row], cos.AsSpan(row * turns.Size, turns.Size), sin.AsSpan(row * turns.Size, turns.Size));
        inputs.Add(DecoderNames.Ids, ids, rows, 1);
        inputs.Add(DecoderNames.Cos, cos, rows, 1, turns.Size);
        inputs.Add(DecoderNames.Sin, sin, rows, 1, turns.Size);
        inputs.Add(DecoderNames.RowLengths, Enumerable.Repeat(1L, rows).ToArray(), rows);
        AddImages(inputs, null);
        if (session.Inputs.Contains(DecoderNames.AskedFrom))
            inputs.Add(DecoderNames.AskedFrom, new long[rows], rows);
        for (var stretch = 0; stretch < lengths.Length; stretch++)
        {
            inputs.Add(DecoderNames.PastLengths(stretch), lengths[stretch], rows);
            if (biases[stretch] is { } bias)
                AddBias(inputs, stretch, bias);
        }
        using var outputs = session.Run(inputs.With(buffers.Past), buffers.Present, Told, cancellation);
        Read(outputs);
        for (var row = 0; row < rows; row++)
        {
            positions[row]++;
            foreach (var of in lengths)
                of[row]++;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => buffers.Dispose();

    private void Read(OwnedValues outputs)
    {
        NextTokens = outputs.Values[DecoderNames.NextToken].GetTensorDataAsSpan<long>().ToArray();
        Probabilities = outputs.Values[DecoderNames.Probability].GetTensorDataAsSpan<float>().ToArray();
        if (keepsLogits)
            Logits = outputs.Values[DecoderNames.Logits].GetTensorDataAsSpan<float>().ToArray();
    }

    private static bool IsToldOfPrompts(string output) => output.StartsWith("lengths.", StringComparison.Ordinal)
        || output.StartsWith("bias.", StringComparison.Ordinal) || output.StartsWith("kept.", StringComparison.Ordinal);

    private void AddPrompts(OwnedValues inputs, PromptLayout prompts)
    {
        var half = config.Text.HeadSize / 2;
        inputs.Add(DecoderNames.Ids, prompts.Ids, rows, prompts.Width);
        inputs.Add(DecoderNames.Cos, prompts.Cos, rows, prompts.Width, half);
        inputs.Add(DecoderNames.Sin, prompts.Sin, rows, prompts.Width, half);
        inputs.Add(DecoderNames.RowLengths, prompts.Lengths, rows);
        AddImages(inputs, prompts);
        if (session.Inputs.Contains(DecoderNames.AskedFrom))
            inputs.Add(DecoderNames.AskedFrom, prompts.AskedFrom, rows);
        for (var stretch = 0; stretch < lengths.Length; stretch++)
        {
            inputs.Add(DecoderNames.PastLengths(stretch), new long[rows], rows);
            if (graph.HasBias(stretch))
                inputs.Add(DecoderNames.PastBias(stretch), Array.Empty<float>(), rows, 0);
        }
    }

    // The images of prompts; none where tokens are added.
    private void AddImages(OwnedValues inputs, PromptLayout? prompts)
    {
        var (images, width) = (prompts?.Images ?? [], config.Text.HiddenSize);
        var most = prompts is { Most: > 0 } some ? some.Most : graph.UsualCount;
        var given = new ImageInputs(graph, images, most);
        inputs.Add(DecoderNames.Features, given.Features(width), images.Count * most, width);
        inputs.Add(DecoderNames.Slots, prompts?.Slots ?? [], images.Count, most);
        inputs.Add(DecoderNames.Index, prompts?.Index ?? [], images.Count, most);
        foreach (var (name, values, shape) in given.Others(session.Inputs, width, alike: false))
            inputs.Add(name, values, shape);
    }

    // Of all places in front of the longest row's new token: 0 for tokens that were added.
    private void AddBias(OwnedValues inputs, int stretch, float[] bias)
    {
        var (width, all) = (widths[stretch], (int)lengths[stretch].Max());
        var wide = new float[rows * all];
        for (var row = 0; row < rows; row++)
            bias.AsSpan(row * width, (int)Math.Min(width, all)).CopyTo(wide.AsSpan(row * all));
        inputs.Add(DecoderNames.PastBias(stretch), wide, rows, all);
    }
}
