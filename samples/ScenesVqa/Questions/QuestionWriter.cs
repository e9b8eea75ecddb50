using ScenesVqa.Scenes;

namespace ScenesVqa.Questions;

/// <summary>Asks about a scene in eight families, about fifteen questions an image; a question whose answer would be a close call is not asked.</summary>
public static class QuestionWriter
{
    /// <summary>The families, in the order in which tables list them.</summary>
    public static readonly string[] Families = ["existence", "colour", "shape", "count", "position", "comparison", "number", "chart"];

    // In twice the pixels: the asked shape's centre is this far from both centre lines; two compared shapes are this far apart.
    private const int PositionMargin = 12, ComparisonMargin = 24;

    private static readonly ShapeKind[] Kinds = Enum.GetValues<ShapeKind>();
    private static readonly SceneColour[] Colours = Enum.GetValues<SceneColour>();

    /// <summary>All questions about the scene. The same scene and random numbers give the same questions.</summary>
    public static List<SceneQuestion> Ask(Scene scene, SceneRandom random) =>
    [
        .. Existence(scene, random), .. Colour(scene, random).Take(2), .. Shape(scene, random).Take(2), .. Count(scene, random),
        .. Position(scene, random).Take(2), .. Comparison(scene, random).Take(2), Number(scene), .. Chart(scene),
    ];

    // One "yes" and one "no". Every other "no" names a colour and a kind that are both there, on different shapes.
    private static IEnumerable<SceneQuestion> Existence(Scene scene, SceneRandom random)
    {
        var present = random.Pick(scene.Shapes);
        yield return new("existence", $"is there a {Name(present)}", "yes");

        var absent = (from colour in Colours from kind in Kinds where !scene.Shapes.Any(s => s.Colour == colour && s.Kind == kind) select (colour, kind)).ToList();
        var hard = absent.FindAll(p => scene.Shapes.Any(s => s.Colour == p.colour) && scene.Shapes.Any(s => s.Kind == p.kind));
        var (c, k) = random.Pick(hard.Count > 0 && random.Chance(0.5) ? hard : absent);
        yield return new("existence", $"is there a {Word(c)} {Word(k)}", "no");
    }

    private static IEnumerable<SceneQuestion> Colour(Scene scene, SceneRandom random) =>
        from shape in Shuffled(scene, random)
        where scene.Shapes.Count(s => s.Kind == shape.Kind) == 1
        select new SceneQuestion("colour", $"what colour is the {Word(shape.Kind)}", Word(shape.Colour));

    private static IEnumerable<SceneQuestion> Shape(Scene scene, SceneRandom random) =>
        from shape in Shuffled(scene, random)
        where scene.Shapes.Count(s => s.Colour == shape.Colour) == 1
        select new SceneQuestion("shape", $"what shape is {Word(shape.Colour)}", Word(shape.Kind));

    // Mostly about the largest group, so that the answers 0 … 4 are about equally frequent.
    private static IEnumerable<SceneQuestion> Count(Scene scene, SceneRandom random)
    {
        var counts = Kinds.Select(k => (Phrase: $"{Plural(k)} are there", Count: scene.Shapes.Count(s => s.Kind == k)))
            .Concat(Colours.Select(c => (Phrase: $"{Word(c)} shapes are there", Count: scene.Shapes.Count(s => s.Colour == c)))).ToList();
        var largest = counts.MaxBy(c => c.Count);
        yield return Ask(largest);
        var wanted = random.Pick([0, 0, 1, 1, 2]);
        var others = counts.FindAll(c => c.Count == wanted && c != largest);
        if (others.Count > 0)
            yield return Ask(random.Pick(others));

        static SceneQuestion Ask((string Phrase, int Count) asked) => new("count", $"how many {asked.Phrase}", $"{asked.Count}");
    }

    private static IEnumerable<SceneQuestion> Position(Scene scene, SceneRandom random) =>
        from shape in Shuffled(scene, random)
        let x = shape.DoubleCentreX - scene.Width
        let y = shape.DoubleCentreY - scene.Height
        where Math.Min(Math.Abs(x), Math.Abs(y)) >= PositionMargin
        select new SceneQuestion("position", $"where is the {Name(shape)}", $"{(y < 0 ? "top" : "bottom")} {(x < 0 ? "left" : "right")}");

    private static IEnumerable<SceneQuestion> Comparison(Scene scene, SceneRandom random) =>
        from a in Shuffled(scene, random)
        from b in Shuffled(scene, random)
        where Math.Abs(a.DoubleCentreX - b.DoubleCentreX) >= ComparisonMargin
        select new SceneQuestion("comparison", $"which is further left, the {Name(a)} or the {Name(b)}", Name(a.DoubleCentreX < b.DoubleCentreX ? a : b));

    private static SceneQuestion Number(Scene scene) => new("number", "what number is written", $"{scene.Number}");

    private static IEnumerable<SceneQuestion> Chart(Scene scene)
    {
        yield return new("chart", "which bar is tallest", Word(scene.Bars.MaxBy(b => b.Level)!.Colour));
        yield return new("chart", "which bar is shortest", Word(scene.Bars.MinBy(b => b.Level)!.Colour));
    }

    private static List<SceneShape> Shuffled(Scene scene, SceneRandom random) => [.. random.Permutation(scene.Shapes.Count).Select(i => scene.Shapes[i])];

    private static string Plural(ShapeKind kind) => kind == ShapeKind.Cross ? "crosses" : $"{Word(kind)}s";

    private static string Name(SceneShape shape) => $"{Word(shape.Colour)} {Word(shape.Kind)}";

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
