using EosMLNet.Models;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ScenesVqa.Training;

/// <summary>The shape of <c>scenes-llava</c>: LLaVA-1.5 with 2.2 million parameters.</summary>
internal class LlavaBackbone(int vocabularySize, ClipVisionConfig vision) : Backbone
{
    /// <summary>The width of the decoder.</summary>
    private const int Width = 128;

    /// <summary>The tower of <c>scenes-llava</c>.</summary>
    public static readonly ClipVisionConfig ScenesTower = new()
    {
        HiddenSize = Width, IntermediateSize = 512, LayerCount = 4, HeadCount = 4, ImageSize = Scene.Size, PatchSize = 8,
    };

    private readonly LlavaConfig config = new()
    {
        Vision = vision,
        Text = new LlamaConfig
        {
            VocabularySize = vocabularySize, HiddenSize = Width, IntermediateSize = 384, LayerCount = 6, HeadCount = 4, KeyValueHeadCount = 4,
            HeadSize = 32, MaxPositions = 512,
        },
        BosTokenId = Vocabulary.Bos, EosTokenIds = [Vocabulary.Eos], PadTokenId = Vocabulary.Pad, ImageTokenIndex = Vocabulary.Image,
        VisionFeatureLayer = -1, TieWordEmbeddings = true,
    };

    public override ModelConfig Config => config;
    public override IReadOnlyList<ImageSize> ImageSizes => [new(vision.ImageSize, vision.ImageSize)];
    public override int CellSize => vision.PatchSize;
    public override string TowerRoot => "vision_tower.";
    public override string StatesTap => "vision.feature_full";
    public override string? FeatureTap => "vision.feature";
    public override bool HasClsToken => true;
    public override bool TowerKnowsPlaces => true;
    public override IReadOnlyList<string> ProcessorFiles => ["vocab.json", "merges.txt", "tokenizer_config.json", "preprocessor_config.json"];

    public override Tensor Project(VisionLanguageModel model, Tensor features)
    {
        return Layer(functional.gelu(Layer(features, "linear_1")), "linear_2");

        Tensor Layer(Tensor x, string name) => functional.linear(
            x, model.Weights[$"multi_modal_projector.{name}.weight"], model.Weights[$"multi_modal_projector.{name}.bias"]);
    }

    protected override void WriteProcessor(IEnumerable<SceneQuestion> questions, string folder)
    {
        var texts = questions.SelectMany(q => new[] { "USER: ", $"\n{q.Text} ASSISTANT:", $" {q.Answer}" }).Select(ApartDigits);
        BpeTrainer.Train(texts, vocabularySize).Save(folder);
        ClipImageProcessor.Default(vision.ImageSize).Save(folder);
    }

    protected override void WriteConfig(string folder) => config.Save(folder);

    protected override VisionLanguageModel Build(Func<string, long[], Tensor> weight) => new LlavaModel(config, weight);

    protected override Tensor? Prepared(string name) =>
        name.EndsWith("position_embedding.weight", StringComparison.Ordinal) ? PlanePositions(vision.GridSize, vision.HiddenSize) : null;

    // Sines and cosines of the patch's column and row instead of noise: a tower this small would spend its first minutes on learning where patches lie.
    private static Tensor PlanePositions(int grid, int width)
    {
        var values = new float[(grid * grid + 1) * width]; // row 0 is the class token's
        for (var patch = 0; patch < grid * grid; patch++)
            for (var i = 0; i < width; i++)
            {
                var axis = i < width / 2 ? patch % grid : patch / grid;
                var frequency = Math.PI / grid * Math.Pow(10, -(i / 2 % (width / 4)) / (width / 4.0)) * 4;
                values[(patch + 1) * width + i] = (float)(0.5 * (i % 2 == 0 ? Math.Sin(axis * frequency) : Math.Cos(axis * frequency)));
            }
        return tensor(values, [grid * grid + 1, width]);
    }
}
