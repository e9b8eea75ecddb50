using System.Text.Json;
using System.Text.Json.Nodes;
using EosMLNet.Models;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>
/// The shape of <c>scenes-qwen</c>: Qwen2.5-VL with 2.4 million parameters. A visual token shows 12 × 12 pixels, so that an image of 144 × 144
/// pixels has 144 of them and one of 144 × 192 has 192.
/// </summary>
internal sealed class QwenBackbone(int vocabularySize) : Backbone
{
    private const int Width = 128, LeastPixels = 48 * 48, MostPixels = 192 * 192;
    private const string Pad = "<|endoftext|>", Start = "<|im_start|>", End = "<|im_end|>", Image = "<|image_pad|>";
    private const string ImageStart = "<|vision_start|>", ImageEnd = "<|vision_end|>", Video = "<|video_pad|>";

    /// <summary>The template of the published checkpoints, but for videos and the option to number images.</summary>
    private const string Template =
        "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}" +
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}<|im_start|>{{ message['role'] }}\n" +
        "{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}{% for content in message['content'] %}" +
        "{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}<|vision_start|><|image_pad|><|vision_end|>" +
        "{% elif content['type'] == 'video' or 'video' in content %}<|vision_start|><|video_pad|><|vision_end|>" +
        "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}" +
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static readonly BpeSpecialTokens Special =
        new([Pad, Start, End, ImageStart, ImageEnd, Image, Video], Pad, Pad, End, Image) { AddsBegin = false };

    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Twelve positions in a row must differ, so wavelengths are short; those of the columns, the longest, still carry what a token is.
    private const double RopeTheta = 1000;
    private static readonly int[] Sections = [2, 4, 10]; // frequencies that turn by time, row and column

    private readonly Qwen25VlConfig config = new()
    {
        Vision = new QwenVisionConfig
        {
            HiddenSize = Width, IntermediateSize = 256, LayerCount = 4, HeadCount = 4, PatchSize = 6, Activation = "silu", IsGated = true,
            WindowSize = 48, FullAttentionLayers = [1, 3],
        },
        Text = new LlamaConfig
        {
            VocabularySize = vocabularySize, HiddenSize = Width, IntermediateSize = 384, LayerCount = 6, HeadCount = 4, KeyValueHeadCount = 4,
            HeadSize = 32, MaxPositions = 1024, AttentionBias = true, RopeTheta = RopeTheta,
            RopeAxes = [.. Sections.SelectMany((size, axis) => Enumerable.Repeat(axis, size))],
        },
        BosTokenId = Id(Pad), EosTokenIds = [Id(End)], PadTokenId = Id(Pad), ImageTokenIndex = Id(Image), VideoTokenIndex = Id(Video),
        VisionStartTokenId = Id(ImageStart), VisionEndTokenId = Id(ImageEnd), TieWordEmbeddings = true,
    };

    public override ModelConfig Config => config;
    public override IReadOnlyList<ImageSize> ImageSizes => [new(144, 144), new(144, 192)];
    public override int CellSize => config.Vision.TokenSide;
    public override string TowerRoot => "visual.";
    public override string StatesTap => "vision.out";
    public override bool HasClsToken => false;
    public override bool TowerKnowsPlaces => false;

    public override IReadOnlyList<string> ProcessorFiles =>
        ["vocab.json", "merges.txt", "tokenizer_config.json", "chat_template.json", "preprocessor_config.json", "video_preprocessor_config.json"];

    protected override void WriteProcessor(IEnumerable<SceneQuestion> questions, string folder)
    {
        const string Turns = "system\nYou are a helpful assistant.\nuser\nassistant\n";
        BpeTrainer.Train(questions.SelectMany(q => new[] { Turns, q.Text, q.Answer }).Select(ApartDigits), vocabularySize, Special).Save(folder);
        File.WriteAllText(Path.Combine(folder, "chat_template.json"),
            new JsonObject { ["chat_template"] = Template }.ToJsonString(Readable) + "\n");
        ((PatchImageProcessor)config.LoadImages(folder, ImagePadding.Square, []))
            .WithLimits(LeastPixels, MostPixels).WithVideoLimits(LeastPixels, MostPixels).Save(folder);
    }

    protected override void WriteConfig(string folder) => config.Save(folder);

    protected override VisionLanguageModel Build(Func<string, long[], Tensor> weight) => new Qwen25VlModel(config, weight);

    // As the published files have it: the decoder at the top.
    protected override string FileName(string name) => name.Replace("language_model.", "", StringComparison.Ordinal);

    private static int Id(string token) => Special.Tokens.ToList().IndexOf(token);
}
