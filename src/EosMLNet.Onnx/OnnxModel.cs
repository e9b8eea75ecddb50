using EosMLNet.Onnx.Families;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Sessions;

namespace EosMLNet.Onnx;

/// <summary>
/// A vision-language model under a plan, run by ONNX Runtime. May be used from several threads at once; it is disposed when none uses it
/// any more.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    private readonly ModelConfig config;
    private readonly PlanModel planModel;
    private readonly DecoderGraph decoder;
    private readonly ImageEncoder encoder;
    private readonly GraphSession tokens;

    private OnnxModel(ModelGraphs graphs, (Func<byte[]> Vision, Func<byte[]> Tokens) write, IReadOnlyList<string> notes, string folder,
        OnnxOptions options)
    {
        (config, planModel, decoder) = (graphs.Config, graphs.PlanModel, graphs.Decoder);
        (Plan, Notes) = (graphs.Plan, notes);
        // Side by side: ONNX Runtime loads one graph while the other is written.
        var vision = Task.Run(() => new GraphSession(write.Vision(), folder, options));
        try
        {
            tokens = new GraphSession(write.Tokens(), folder, options);
            encoder = new ImageEncoder(graphs.Encoder, graphs.Processor, vision.GetAwaiter().GetResult());
        }
        catch
        {
            tokens?.Dispose();
            Task.WhenAny(vision).Wait(); // it still reads files that the caller closes
            if (vision.IsCompletedSuccessfully)
                vision.Result.Dispose();
            throw;
        }
    }

    /// <summary>The version of ONNX Runtime. Its library is loaded where it is not yet, which takes a tenth of a second.</summary>
    /// <exception cref="EosException">EOS2011: it is not there.</exception>
    public static string RuntimeVersion => OnnxRuntimeLibrary.Version;

    /// <summary>The plan that the model runs under.</summary>
    public ReductionPlan Plan { get; }

    /// <summary>Tokenizer and image preprocessing of the checkpoint; null where its folder has none.</summary>
    public VisionLanguageProcessor? Processor => encoder.Processor;

    /// <summary>Identifies the weights; computed beside the work when somebody wants it.</summary>
    public ModelFingerprint Fingerprint => planModel.Identity;

    /// <summary>What a user should know about the model's files, a sentence each; mostly empty.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>
    /// Loads a checkpoint. Its graphs are written in memory, and its weights are read from the files that they lie in.
    /// </summary>
    /// <param name="folder">The checkpoint folder, in Hugging Face layout.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <param name="options">Where and how it is run; null for the CPU.</param>
    /// <exception cref="EosException">EOS1xxx: the checkpoint cannot be loaded. EOS2002: the GPU is not there. EOS2011: ONNX Runtime is not
    /// there, or cannot load the graphs. EOS4002: the plan does not fit the model, or has a part that cannot be written as
    /// operators.</exception>
    public static OnnxModel Load(string folder, ReductionPlan? plan = null, OnnxOptions? options = null) =>
        Load(folder, plan, options ?? new OnnxOptions(), Written);

    /// <summary>Loads a model that was exported: its graphs as they lie beside the weights, under the plan that lies there too.</summary>
    /// <param name="folder">The folder that <see cref="OnnxExport"/> wrote to.</param>
    /// <param name="options">Where and how it is run; null for the CPU.</param>
    /// <exception cref="EosException">EOS4009: a graph, or the manifest, is damaged, was changed, or reads files outside of the folder.
    /// Otherwise as <see cref="Load(string, ReductionPlan, OnnxOptions)"/>.</exception>
    public static OnnxModel LoadExported(string folder, OnnxOptions? options = null)
    {
        var manifest = OnnxManifest.Load(folder, OnnxLayout.Eos);
        return Load(folder, manifest.LoadPlan(folder), options ?? new OnnxOptions(),
            _ => (() => ExportedGraph.Read(folder, manifest.Vision), () => ExportedGraph.Read(folder, manifest.Decoder)), manifest);
    }

    private static OnnxModel Load(string folder, ReductionPlan? plan, OnnxOptions options,
        Func<ModelGraphs, (Func<byte[]> Vision, Func<byte[]> Tokens)> write, OnnxManifest? manifest = null)
    {
        var notes = new List<string>();
        using var graphs = ModelGraphs.Open(folder, plan, options, notes, manifest);
        return new OnnxModel(graphs, write(graphs), notes, folder, options);
    }

    private static (Func<byte[]> Vision, Func<byte[]> Tokens) Written(ModelGraphs graphs) =>
        (() => graphs.WriteVision([]), () => graphs.WriteTokens(OnnxLayout.Eos, []));

    /// <summary>Loads graphs that are written in memory.</summary>
    /// <param name="graphs">The graphs, which stay the caller's.</param>
    /// <param name="folder">The folder with their weights.</param>
    /// <param name="options">Where and how it is run.</param>
    internal static OnnxModel Of(ModelGraphs graphs, string folder, OnnxOptions options) =>
        new(graphs, Written(graphs), [], folder, options);

    /// <summary>Runs the encoder on images, each by itself: what is made of one does not depend on the others.</summary>
    /// <param name="images">The images, and how many the prompt has that each is in.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="EosException">EOS1010: an image is too long and narrow. EOS1014: the model has no image processor.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<EncodedImage> Encode(
        IReadOnlyList<(Visual Image, int InPrompt)> images, CancellationToken cancellation = default) =>
        encoder.Encode(images, cancellation);

    /// <summary>Answers questions about images, each with its likeliest tokens until the model ends its answer.</summary>
    /// <param name="rows">Images and questions. An image that is asked about several times is encoded once.</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="onToken">Told a row's number and its new token as soon as that is known; null for nobody.</param>
    /// <param name="cancellation">Checked before each token, and while one is computed.</param>
    /// <returns>For each row its new token ids, without the one that ends the answer, and the mean probability of its new tokens, that one
    /// included.</returns>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer. EOS1015: a prompt is too long. EOS4002: the plan was made for
    /// other weights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<(int[] Ids, double MeanProbability)> Generate(IReadOnlyList<(IReadOnlyList<Visual> Images, string Question)> rows,
        int maxNewTokens, Action<int, int>? onToken = null, CancellationToken cancellation = default)
    {
        var processor = RequiredProcessor;
        var distinct = rows.SelectMany(row => row.Images.Select(image => (image, row.Images.Count))).Distinct().ToArray();
        var encoded = distinct.Zip(Encode(distinct, cancellation)).ToDictionary(x => x.First, x => x.Second);
        return GenerateEncoded([.. rows.Select(row => (processor.EncodePrompt(row.Question, row.Images),
            (IReadOnlyList<EncodedImage>)[.. row.Images.Select(image => encoded[(image, row.Images.Count)])]))],
            maxNewTokens, onToken, onKept: null, cancellation);
    }

    /// <summary>The same for prompts as token ids, with images that were encoded before.</summary>
    /// <param name="rows">Token ids, in which an image is one image token, or one for each of its visual tokens; and the images.</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="onToken">Told a row's number and its new token as soon as that is known; null for nobody.</param>
    /// <param name="onKept">Told a row's number and which visual tokens the plan's sites leave of its images, in front of its first token:
    /// image by image, an entry for what the encoder leaves and one for each site of the decoder. Null for nobody.</param>
    /// <param name="cancellation">Checked before each token, and while one is computed.</param>
    /// <inheritdoc cref="Generate" path="/*[not(self::param) and not(self::summary)]"/>
    public IReadOnlyList<(int[] Ids, double MeanProbability)> GenerateEncoded(
        IReadOnlyList<(int[] Prompt, IReadOnlyList<EncodedImage> Images)> rows, int maxNewTokens, Action<int, int>? onToken = null,
        Action<int, IReadOnlyList<KeptTokens>>? onKept = null, CancellationToken cancellation = default) =>
        Answer([.. rows.Select((row, i) => new AnswerRow(row.Prompt, row.Images, maxNewTokens)
        {
            OnToken = onToken is null ? null : token => onToken(i, token),
            OnKept = onKept is null ? null : kept => onKept(i, kept),
        })], cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        encoder.Dispose();
        tokens.Dispose();
    }

    /// <summary>Answers rows, each as far as it asks for.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellation">Ends all of them.</param>
    internal IReadOnlyList<(int[] Ids, double MeanProbability)> Answer(IReadOnlyList<AnswerRow> rows, CancellationToken cancellation)
    {
        foreach (var row in rows)
            AnswerRow.CheckLength(row.MaxNewTokens);
        EncodedImage[] images = [.. rows.SelectMany(row => row.Images)];
        using var run = Begin(
            [.. rows.Select(row => row.Prompt)], images, rows.Max(row => row.MaxNewTokens), keepsLogits: false, cancellation);
        var image = 0;
        foreach (var row in rows)
        {
            row.OnKept?.Invoke(Kept(run, images, image, row.Images.Count));
            image += row.Images.Count;
        }
        var answers = Answers.Of(run, config.EosTokenIds, rows, cancellation);
        CheckPlan(cancellation);
        return answers;
    }

    /// <summary>Checks that the plan was made for these weights. The first time they are hashed.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="EosException">EOS4002: it was made for others.</exception>
    internal void CheckPlan(CancellationToken cancellation) => Plan.CheckFingerprint(planModel, cancellation);

    /// <summary>Checks a prompt, and counts its tokens, those of its unreduced images among them.</summary>
    /// <param name="prompt">Token ids, in which an image is one image token.</param>
    /// <param name="images">Its images.</param>
    /// <exception cref="EosException">EOS1015: it is too long, or has other images than those.</exception>
    internal (int Tokens, int VisualTokens) Count(int[] prompt, IReadOnlyList<ImageShape> images)
    {
        VisualLayout[] layouts = [.. images.Select(config.LayoutOf)];
        var row = PromptRow.Parse(config, [prompt], [.. layouts.SelectMany(config.Stretches)])[0];
        return (row.Ids.Length, layouts.Sum(layout => layout.Count));
    }

    /// <summary>Whether a question about images is longer than the model was made for.</summary>
    /// <exception cref="EosException">EOS1014: the folder has no tokenizer.</exception>
    internal bool IsTooLong(string question, IReadOnlyList<Visual> images) =>
        RequiredProcessor.EncodePrompt(question, images).Length + images.Sum(image =>
            config.LayoutOf(RequiredProcessor.Images.ShapeOf(image, images.Count)).Count - 1) > config.Text.MaxPositions;

    /// <summary>The encoder's input of images.</summary>
    internal ImagePixels Pixels(IReadOnlyList<(Visual Image, int InPrompt)> images) => encoder.Pixels(images);

    /// <summary>Tokenizer and image preprocessing.</summary>
    /// <exception cref="EosException">EOS1014: the folder has none.</exception>
    internal VisionLanguageProcessor RequiredProcessor => encoder.RequiredProcessor;

    /// <summary>The token ids that stand for visual tokens.</summary>
    internal IReadOnlyList<int> VisualTokenIds => config.VisualTokenIds;

    /// <summary>Runs the encoder.</summary>
    internal IReadOnlyList<EncodedImage> Encode(IReadOnlyList<ImageShape> images, Memory<float> pixels, CancellationToken cancellation) =>
        encoder.Encode(images, pixels, cancellation);

    /// <summary>Begins to answer prompts, all side by side.</summary>
    /// <param name="prompts">Token ids of each prompt.</param>
    /// <param name="images">The images in order of appearance.</param>
    /// <param name="newTokens">How many tokens may be added.</param>
    /// <param name="keepsLogits">Whether logits are asked for.</param>
    /// <param name="cancellation">Ends the run.</param>
    internal DecoderRun Begin(
        IReadOnlyList<int[]> prompts, IReadOnlyList<EncodedImage> images, int newTokens, bool keepsLogits, CancellationToken cancellation)
    {
        var rows = PromptRow.Parse(config, prompts, [.. images.SelectMany(image => config.Stretches(image.Layout))]);
        var layout = new PromptLayout(config, rows, images);
        // The longest row of each stretch of layers: dropped tokens need no room there.
        var room = decoder.Stretches.Distinct().Select(stretch => Enumerable.Range(0, layout.Count)
            .Max(row => (int)layout.Lengths[row] - Dropped(stretch, layout.ImagesOf(row))));
        return new DecoderRun(config, decoder, tokens, layout, [.. room], newTokens, keepsLogits, cancellation);
    }

    private int Dropped(int stretch, IEnumerable<EncodedImage> images) =>
        images.Sum(image => image.Count - decoder.Left(stretch, image.Layout, image.Count));

    // What is left of the images of a row, which are so many behind the first one.
    private KeptTokens[] Kept(DecoderRun run, EncodedImage[] images, int first, int count)
    {
        var kept = new List<KeptTokens>();
        for (var i = 0; i < count; i++)
        {
            var image = images[first + i];
            if (image.Kept is { } left)
                kept.Add(new KeptTokens(i, image.Layout, 0, [.. left.Select(place => (int)place)]));
            foreach (var (layer, indices) in run.KeptOf(first + i))
            {
                var places = image.Layout.Indices.Index().ToDictionary(x => x.Item, x => x.Index);
                kept.Add(new KeptTokens(i, image.Layout, layer, [.. indices.Select(index => places[index])]));
            }
        }
        return [.. kept];
    }
}
