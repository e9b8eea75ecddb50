using EosMLNet.Onnx.Families;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Sessions;

namespace EosMLNet.Onnx;

/// <summary>
/// Makes prompts for ONNX Runtime GenAI of images and questions: what stands in front of the decoder, which GenAI runs. It loads the vision
/// encoder of a folder that was exported with <see cref="OnnxLayout.GenAi"/>. May be used from several threads at once.
/// </summary>
public sealed class GenAiPrompts : IDisposable
{
    private readonly ModelConfig config;
    private readonly PlanModel planModel;
    private readonly DecoderGraph decoder;
    private readonly ImageEncoder encoder;
    private readonly IReadOnlyList<string> wanted; // the inputs of the decoder's graph

    private GenAiPrompts(ModelGraphs graphs, IReadOnlyList<string> wanted, GraphSession vision)
    {
        (config, planModel, decoder, this.wanted) = (graphs.Config, graphs.PlanModel, graphs.Decoder, wanted);
        Plan = graphs.Plan;
        encoder = new ImageEncoder(graphs.Encoder, graphs.Processor, vision);
    }

    /// <summary>The plan that the model runs under.</summary>
    public ReductionPlan Plan { get; }

    /// <summary>Tokenizer and image preprocessing of the checkpoint; null where its folder has none.</summary>
    public VisionLanguageProcessor? Processor => encoder.Processor;

    /// <summary>Loads what makes prompts.</summary>
    /// <param name="folder">The exported folder.</param>
    /// <param name="options">Where and how the vision encoder is run, and what becomes of images and prompts; null for the CPU.</param>
    /// <exception cref="EosException">EOS1xxx: the checkpoint cannot be read. EOS2002: the GPU is not there. EOS2011: ONNX Runtime is not
    /// there, or cannot load the graph. EOS4009: the folder is damaged, was changed, or was exported for another program.</exception>
    public static GenAiPrompts Load(string folder, OnnxOptions? options = null)
    {
        options ??= new OnnxOptions();
        var manifest = OnnxManifest.Load(folder, OnnxLayout.GenAi);
        using var graphs = ModelGraphs.Open(folder, manifest.LoadPlan(folder), options, [], manifest);
        var wanted = ExportedGraph.InputsOf(ExportedGraph.Read(folder, manifest.Decoder));
        return new GenAiPrompts(graphs, wanted, new GraphSession(ExportedGraph.Read(folder, manifest.Vision), folder, options));
    }

    /// <summary>The prompt of a question about images, which the vision encoder is run on.</summary>
    /// <param name="images">The images, all alike where the model's images have different sizes; none for a question without.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellation">Ends the run of the encoder.</param>
    /// <exception cref="EosException">EOS1010: an image is too long and narrow. EOS1014: the folder has no tokenizer. EOS1015: the prompt
    /// is too long. EOS4002: images are not alike, or the plan was made for other weights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public GenAiPrompt Of(IReadOnlyList<Visual> images, string question, CancellationToken cancellation = default)
    {
        var encoded = encoder.Encode([.. images.Select(image => (image, images.Count))], cancellation);
        return OfEncoded(encoder.RequiredProcessor.EncodePrompt(question, images), encoded, cancellation);
    }

    /// <summary>The same for token ids, with images that were encoded before.</summary>
    /// <param name="prompt">Token ids, in which an image is one image token, or one for each of its visual tokens.</param>
    /// <param name="images">The images, in order of appearance.</param>
    /// <param name="cancellation">Ends the check of the weights.</param>
    /// <inheritdoc cref="Of" path="/*[not(self::param) and not(self::summary)]"/>
    public GenAiPrompt OfEncoded(int[] prompt, IReadOnlyList<EncodedImage> images, CancellationToken cancellation = default)
    {
        if (images.Select(image => image.Layout).Distinct().ToArray() is { Length: > 1 } layouts)
        {
            throw new EosException(EosErrors.PlanMismatch,
                $"A prompt has images of {string.Join(" and ", layouts.Select(layout => layout.Count))} visual tokens that lie in " +
                "different ways, but a graph for ONNX Runtime GenAI takes images that are alike. Use images of one size, or answer with " +
                "OnnxModel.");
        }
        Plan.CheckFingerprint(planModel, cancellation);
        var row = PromptRow.Parse(config, [prompt], [.. images.SelectMany(image => config.Stretches(image.Layout))]);
        var laid = new PromptLayout(config, row, images);
        var ids = Array.ConvertAll(laid.Ids, id => (int)id);
        foreach (var slot in laid.Slots)
            ids[slot] = config.ImageTokenIndex;
        var (count, most, width) = (images.Count, laid.Most > 0 ? laid.Most : decoder.UsualCount, config.Text.HiddenSize);
        var given = new ImageInputs(decoder, images, most);
        (string Name, Array Values, long[] Shape)[] inputs =
        [
            (DecoderNames.Features, given.Features(width), [count, most, width]), (DecoderNames.Index, laid.Index, [count, most]),
            (DecoderNames.Positions, Positions(laid), [config.PositionAxes, ids.Length + 1]), .. given.Others(wanted, width, alike: true),
        ];
        return new GenAiPrompt(ids, [.. inputs.Where(input => wanted.Contains(input.Name))
            .Select(input => new GenAiInput(input.Name, input.Values, input.Shape))]);
    }

    /// <summary>The text of an answer's token ids.</summary>
    /// <param name="ids">The ids behind the prompt's; the one that ends the answer may be among them.</param>
    /// <exception cref="EosException">EOS1014: the folder has no tokenizer.</exception>
    public string Read(ReadOnlySpan<int> ids)
    {
        var end = ids.IndexOfAny([.. config.EosTokenIds]);
        return encoder.RequiredProcessor.Decode([.. end < 0 ? ids : ids[..end]]);
    }

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();

    /// <summary>Runs the encoder on images that were resized and normalised before.</summary>
    internal IReadOnlyList<EncodedImage> Encode(IReadOnlyList<ImageShape> images, Memory<float> pixels, CancellationToken cancellation) =>
        encoder.Encode(images, pixels, cancellation);

    // Behind those of the prompt's tokens that of the first new one, on each axis.
    private long[] Positions(PromptLayout laid) =>
        [.. laid.Positions[0].Chunk(laid.Width).SelectMany(axis => axis.Append(laid.Next[0]))];
}
