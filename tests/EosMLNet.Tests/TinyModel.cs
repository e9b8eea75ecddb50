using EosMLNet.LibTorch;
using EosMLNet.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace EosMLNet.Tests;

/// <summary>
/// A random LLaVA of 16 visual tokens with a tokenizer, and a dozen questions about six images of noise. It knows nothing, but says always the same:
/// enough to compare answers. In a folder that goes with the fixture.
/// </summary>
public sealed class TinyModel : IDisposable
{
    private const int Side = 60;
    private readonly TemporaryFolder folder = new();

    public TinyModel()
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1); // the model is tiny: more threads would only wait for each other
        Directory.CreateDirectory(ModelPath);
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "tiny-llava")))
            File.Copy(file, Path.Combine(ModelPath, Path.GetFileName(file)));
        BpeTrainer.Train(["what colour is it? red, green, blue", "USER: ASSISTANT: how many are there?"], 290).Save(ModelPath);
        Directory.CreateDirectory(ImageFolder);
        for (var image = 0; image < 6; image++)
            Noise(image).Save(Path.Combine(ImageFolder, $"{image}.png"));
        File.WriteAllLines(Tsv, Rows.Select(row => $"{row.ImagePath}\t{row.Question}\t{row.Answer}\t{row.Family}").Prepend("ImagePath\tQuestion\tAnswer\tFamily"));
    }

    public string ModelPath => folder["model"];

    public string ImageFolder => folder["images"];

    public string Tsv => folder["rows.tsv"];

    /// <summary>Whether this processor has products of 8 bits: else such a model is refused.</summary>
    internal bool AnswersInInt8
    {
        get
        {
            try
            {
                LlavaModel.Load(ModelPath, Tensors.ModelDataType.Int8).Dispose();
                return true;
            }
            catch (EosException e) when (e.Code == EosErrors.DataType)
            {
                return false;
            }
        }
    }

    public string this[string name] => folder[name];

    internal IReadOnlyList<VqaRow> Rows { get; } =
    [
        .. Enumerable.Range(0, 12).Select(row => new VqaRow
        {
            ImagePath = $"{row / 2}.png",
            Question = row % 2 == 0 ? "what colour is it?" : $"how many are there{new string('?', row)}",
            Answer = row % 3 == 0 ? "red" : "blue",
            Family = row % 2 == 0 ? "colour" : "count",
        }),
    ];

    internal static MLImage Noise(int seed)
    {
        var pixels = new byte[Side * Side * 4];
        new Random(seed).NextBytes(pixels);
        for (var alpha = 3; alpha < pixels.Length; alpha += 4)
            pixels[alpha] = 255;
        return MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, pixels);
    }

    internal IDataView Data(MLContext ml) => ml.Data.LoadFromEnumerable(Rows);

    /// <summary>Images from files, then the model under a plan that drops most visual tokens at two sites.</summary>
    internal TransformerChain<VisionLanguageTransformer> Fit(MLContext ml, Action<AnswerOptions>? change = null)
    {
        var options = new AnswerOptions { ModelPath = ModelPath, PlanPath = Plan(), MaxNewTokens = 6, AnswerBatchSize = 5 };
        change?.Invoke(options);
        return Load(ml).Append(ml.VisionLanguage().Answer(options)).Fit(Data(ml));
    }

    internal IEstimator<ITransformer> Load(MLContext ml) => ml.Transforms.LoadImages("Image", ImageFolder, "ImagePath");

    internal string Plan()
    {
        var path = folder["plan.json"];
        if (File.Exists(path))
            return path;
        using var model = LlavaModel.Load(ModelPath);
        Baselines.Random(model.ToPlanModel(), meanTokens: 6, seed: 1).Save(path);
        return path;
    }

    /// <summary>What answers in a transformer of this model.</summary>
    internal static TorchModel Torch(VisionLanguageTransformer transformer) => Assert.IsType<TorchModel>(transformer.Engine.Model);

    internal static IReadOnlyList<VqaAnswer> Answers(MLContext ml, IDataView view) => [.. ml.Data.CreateEnumerable<VqaAnswer>(view, reuseRowObject: false)];

    public void Dispose() => folder.Dispose();
}
