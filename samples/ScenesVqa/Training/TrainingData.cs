using EosMLNet;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;

namespace ScenesVqa.Training;

/// <summary>What a run trains on and is measured on; the three parts share no image.</summary>
/// <param name="Training">Images with questions, without end.</param>
/// <param name="HeldOut">For progress lines during training.</param>
/// <param name="Final">For the metrics after it.</param>
internal sealed record TrainingData(
    IEnumerable<ImageQuestions> Training, IReadOnlyList<ImageQuestions> HeldOut, IReadOnlyList<ImageQuestions> Final)
{
    /// <summary>The stages in which images are learnt from that were seen once.</summary>
    public IReadOnlyList<SeenStage> SeenStages { get; init; } = [new(1)];

    private const int HeldOutImages = 64, FinalImages = 400, QuestionsPerSequence = 16;
    private const double HeldOutShare = 0.1;

    /// <summary>Scenes drawn on the fly: no image is seen twice.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="backbone">The model that they are for: its images' sizes take turns, and its cells are labelled.</param>
    public static TrainingData Drawn(int seed, Backbone backbone) => new(
        Scenes(Stream(seed, 1), backbone), [.. Scenes(Stream(seed, 2), backbone).Take(HeldOutImages)],
        [.. Scenes(Stream(seed, 3), backbone).Take(FinalImages * backbone.ImageSizes.Count)]);

    /// <summary>A data set of the layout that <c>generate</c> writes; a tenth of its images is held out.</summary>
    /// <exception cref="EosException">EOS1011, EOS1012: malformed or empty data, or too few images to hold any out.</exception>
    public static TrainingData Read(string tsv, string images, int seed)
    {
        var data = VqaDataset.LoadTsv(tsv, images);
        var (heldOut, training) = data.SplitByImage(HeldOutShare, seed);
        if (heldOut.Examples.Count == 0 || training.Examples.Count == 0)
            throw new EosException(EosErrors.EmptyDataset, $"'{tsv}' has {data.Images.Count} images, expected at least 10: a tenth is held out. Add images.");
        var unseen = Grouped(heldOut);
        return new(Repeated(Grouped(training), seed), [.. unseen.Take(HeldOutImages)], unseen);
    }

    /// <summary>The purposes' seeds are negative: <c>generate</c> takes none of these, so no data set made with it holds a training image.</summary>
    public static int Stream(int seed, int purpose) => -(4 * seed + purpose);

    // Grainy backgrounds make every image one of a kind.
    private static IEnumerable<ImageQuestions> Scenes(int seed, Backbone backbone)
    {
        var stream = new SceneStream(seed, backbone.ImageSizes);
        for (var index = 0L; ; index++)
        {
            var scene = stream.Draw(index);
            yield return new ImageQuestions(new RgbImage(scene.Width, scene.Height, scene.Pixels),
                QuestionWriter.Ask(scene, stream.Questions(index)), SceneTower.LabelsOf(scene, backbone.CellSize));
        }
    }

    private static List<ImageQuestions> Grouped(VqaDataset data) =>
        [.. from example in data.Examples
            group new SceneQuestion(example.Family, example.Question, example.Answer) by example.Images[0] into image
            from questions in image.Chunk(QuestionsPerSequence)
            select new ImageQuestions((RgbImage)data.Images[image.Key], questions)];

    private static IEnumerable<ImageQuestions> Repeated(List<ImageQuestions> images, int seed)
    {
        for (var epoch = 0L; ; epoch++)
            foreach (var i in SceneRandom.For(seed, epoch).Permutation(images.Count))
                yield return images[i];
    }
}
