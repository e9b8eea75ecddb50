using System.Text.RegularExpressions;
using EosMLNet;
using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Questions;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>A kind of base model that can be trained here: its shape, its weights before training, its files.</summary>
internal abstract class Backbone
{
    private const double EmbeddingSize = 0.05;

    /// <summary>The backbones by their names on the command line.</summary>
    public static Backbone Of(string name, int vocabularySize) => name switch
    {
        "llava" => new LlavaBackbone(vocabularySize, LlavaBackbone.ScenesTower),
        "qwen" => new QwenBackbone(vocabularySize),
        _ => throw new EosException(EosErrors.InvalidOption, $"--model is '{name}', expected llava or qwen."),
    };

    /// <summary>The model's configuration.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>The sizes of the images that it learns from; they take turns.</summary>
    public abstract IReadOnlyList<ImageSize> ImageSizes { get; }

    /// <summary>Pixels on each side of what a visual token shows.</summary>
    public abstract int CellSize { get; }

    /// <summary>What the names of the vision tower's weights begin with.</summary>
    public abstract string TowerRoot { get; }

    /// <summary>The name under which the model taps what its projector is given, (B, n, dv); null where tower and projector are not apart.</summary>
    public virtual string? FeatureTap => null;

    /// <summary>Makes visual tokens of what <see cref="FeatureTap"/> gave, (B, n, d).</summary>
    public virtual Tensor Project(VisionLanguageModel model, Tensor features) => throw new NotSupportedException();

    /// <summary>The name under which the model taps what its tower makes: (N, d), or (B, n + 1, d) with a [CLS] token.</summary>
    public abstract string StatesTap { get; }

    /// <summary>Whether a [CLS] token stands in front of what the tower makes of each image.</summary>
    public abstract bool HasClsToken { get; }

    /// <summary>Whether the tower can know where in the image a cell lies.</summary>
    public abstract bool TowerKnowsPlaces { get; }

    /// <summary>The files of a checkpoint folder that make its processor.</summary>
    public abstract IReadOnlyList<string> ProcessorFiles { get; }

    /// <summary>Writes the tokenizer's, the prompt's and the image processor's files.</summary>
    /// <param name="questions">What the vocabulary is learnt from.</param>
    /// <param name="folder">The folder.</param>
    protected abstract void WriteProcessor(IEnumerable<SceneQuestion> questions, string folder);

    /// <summary>Writes <c>config.json</c>.</summary>
    protected abstract void WriteConfig(string folder);

    /// <summary>Builds the model of its weights.</summary>
    protected abstract VisionLanguageModel Build(Func<string, long[], Tensor> weight);

    /// <summary>A weight that does not begin as noise, ones or zeros; null for the others.</summary>
    protected virtual Tensor? Prepared(string name) => null;

    /// <summary>The name that files have for a weight.</summary>
    protected virtual string FileName(string name) => name;

    /// <summary>A model whose weights require a gradient: random ones, or those of the checkpoint folder <paramref name="resume"/>.</summary>
    /// <param name="seed">The seed of random weights.</param>
    /// <param name="resume">A checkpoint folder of the same shape.</param>
    /// <param name="decoder">A decoder to begin with, where nothing is resumed.</param>
    /// <param name="type">The weights' precision.</param>
    public VisionLanguageModel Create(
        int seed, string? resume, TrainedDecoder? decoder = null, ScalarType type = ScalarType.Float32)
    {
        if (resume is null)
        {
            random.manual_seed(seed);
            return Build((name, shape) => Leaf(decoder?.Weight(name, shape) ?? Initial(name, shape)));
        }
        using var checkpoint = Checkpoint.Open(resume);
        return Build((name, shape) => Leaf(Replaced(name) ?? checkpoint.Read(name, shape, ScalarType.Float32, CPU)));

        Tensor Leaf(Tensor weight) => weight.to(type).requires_grad_();
    }

    /// <summary>Whether a tower other than the resumed checkpoint's is taken.</summary>
    public virtual bool ReplacesTower => false;

    /// <summary>A weight of that other tower; null for the others.</summary>
    protected virtual Tensor? Replaced(string name) => null;

    /// <summary>Comes before each step in which the tower is trained alone.</summary>
    public virtual void BeforeTowerStep(VisionLanguageModel model, int step) { }

    /// <summary>Learns the vocabulary of these texts and writes the processor's files.</summary>
    /// <returns>What reads them back: training uses the very files that are shipped.</returns>
    public VisionLanguageProcessor SaveProcessor(IEnumerable<SceneQuestion> questions, string folder)
    {
        WriteProcessor(questions, folder);
        return VisionLanguageProcessor.Load(folder, Config);
    }

    /// <summary>Keeps the processor of the checkpoint that training goes on from: to other token ids its weights would mean nothing.</summary>
    /// <returns>What reads it back.</returns>
    public VisionLanguageProcessor CopyProcessor(string from, string folder)
    {
        foreach (var file in ProcessorFiles)
            File.Copy(Path.Combine(from, file), Path.Combine(folder, file), overwrite: true);
        return VisionLanguageProcessor.Load(folder, Config);
    }

    /// <summary>Writes the model in Hugging Face layout, weights in bfloat16.</summary>
    public void Save(VisionLanguageModel model, string folder)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        WriteConfig(folder);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"),
            model.Weights.Select(w => KeyValuePair.Create(FileName(w.Key), w.Value.to(ScalarType.BFloat16))));
    }

    /// <summary>
    /// A digit may merge with the blank before it, never with another digit: a two-digit number stays two things to read.
    /// </summary>
    protected static string ApartDigits(string text) => Regex.Replace(text, " ?([0-9])", " $1");

    private Tensor Initial(string name, long[] shape)
    {
        using var scope = NewDisposeScope();
        if (Prepared(name) is { } prepared)
            return prepared.MoveToOuterDisposeScope();
        if (name.EndsWith(".bias", StringComparison.Ordinal))
            return zeros(shape).MoveToOuterDisposeScope();
        if (shape.Length == 1 && !name.Contains("class_embedding", StringComparison.Ordinal)) // norms
            return ones(shape).MoveToOuterDisposeScope();
        var inputs = shape.Length > 1 ? shape[1..].Aggregate((a, b) => a * b) : 1;
        var blocks = name.StartsWith(TowerRoot, StringComparison.Ordinal) ? Config.Encoder.Layers : Config.Text.LayerCount;
        return randn(shape).Mul(name switch
        {
            _ when name.Contains("embed_tokens") => EmbeddingSize,
            _ when name.Contains("class_embedding") => 0.5,
            _ when Closes(name) => 0.8 / Math.Sqrt(inputs * 2 * blocks),
            _ => 0.8 / Math.Sqrt(inputs),
        }).MoveToOuterDisposeScope();
    }

    // What a block adds to the states that run through.
    private static bool Closes(string name) =>
        ((string[])["out_proj", "fc2", "o_proj", "down_proj", "attn.proj"]).Any(part => name.Contains(part, StringComparison.Ordinal));
}
