using PhotoMosaics.Mosaics;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;

namespace PhotoMosaics.Questions;

/// <summary>Asks about mosaics in eight families; rows have numbers from the top, columns have letters from the left.</summary>
/// <param name="classes">The classes' names.</param>
public sealed class MosaicQuestions(IReadOnlyList<string> classes)
{
    /// <summary>The families, in the order in which tables list them.</summary>
    public static readonly string[] Families = ["place", "neighbour", "existence", "order", "few", "many", "line", "commonest"];

    private static readonly (string Word, int Down, int Across)[] Directions = [("left of", 0, -1), ("right of", 0, 1), ("above", -1, 0), ("below", 1, 0)];

    /// <summary>All questions about the mosaic. The same mosaic and random numbers give the same questions.</summary>
    public List<SceneQuestion> Ask(Mosaic mosaic, SceneRandom random) =>
    [
        .. Places(mosaic, random).Take(3), .. Neighbours(mosaic, random).Take(2), .. Existence(mosaic, random), .. Order(mosaic, random).Take(2),
        .. Few(mosaic, random).Take(2), Many(mosaic, random), .. Lines(mosaic, random).Take(2), .. Commonest(mosaic),
    ];

    /// <summary>What is in each place, in random order: all other answers rest on these.</summary>
    public IEnumerable<SceneQuestion> Places(Mosaic mosaic, SceneRandom random) =>
        from cell in random.Permutation(Mosaic.Cells)
        select new SceneQuestion("place", $"what is in {Cell(cell)}", Name(mosaic, cell));

    private IEnumerable<SceneQuestion> Neighbours(Mosaic mosaic, SceneRandom random) =>
        from cell in random.Permutation(Mosaic.Cells)
        let way = random.Pick(Directions)
        let row = cell / Mosaic.Grid + way.Down
        let column = cell % Mosaic.Grid + way.Across
        where Math.Min(row, column) >= 0 && Math.Max(row, column) < Mosaic.Grid
        select new SceneQuestion("neighbour", $"what is {way.Word} {Cell(cell)}", Name(mosaic, row * Mosaic.Grid + column));

    // One "yes" and one "no", each about a row or a column that leaves the choice.
    private IEnumerable<SceneQuestion> Existence(Mosaic mosaic, SceneRandom random)
    {
        foreach (var answer in new[] { true, false })
        {
            var possible = (from line in Line.All from kind in Kinds where (line.Count(mosaic, kind) > 0) == answer select (line, kind)).ToList();
            if (possible.Count == 0)
                continue;
            var (asked, of) = random.Pick(possible);
            yield return new("existence", $"is there {Article(of)} {classes[of]} in {asked.Name}", answer ? "yes" : "no");
        }
    }

    // Of two classes that a row, or a column, has once.
    private IEnumerable<SceneQuestion> Order(Mosaic mosaic, SceneRandom random) =>
        from line in Line.All.Shuffled(random)
        let once = Kinds.Where(kind => line.Count(mosaic, kind) == 1).Shuffled(random)
        where once.Count >= 2
        let first = line.IndexOf(mosaic, once[0]) < line.IndexOf(mosaic, once[1])
        select new SceneQuestion("order", $"in {line.Name} is the {classes[once[0]]} {(line.IsRow ? "left of" : "above")} the {classes[once[1]]}", first ? "yes" : "no");

    // The class by the count that is wanted, so that small and large counts are about equally frequent.
    private IEnumerable<SceneQuestion> Few(Mosaic mosaic, SceneRandom random) =>
        from line in Line.All.Shuffled(random)
        let wanted = random.Next(Mosaic.Grid)
        let kind = Kinds.Shuffled(random).MinBy(k => Math.Abs(line.Count(mosaic, k) - wanted))
        select new SceneQuestion("few", $"how many {Plural(kind)} are in {line.Name}", $"{line.Count(mosaic, kind)}");

    private SceneQuestion Many(Mosaic mosaic, SceneRandom random)
    {
        var kind = random.Next(classes.Count);
        return new("many", $"how many {Plural(kind)} are there", $"{mosaic.Photos.Count(photo => photo.Class == kind)}");
    }

    // Where one row, or one column, has more than each other.
    private IEnumerable<SceneQuestion> Lines(Mosaic mosaic, SceneRandom random) =>
        from kind in Kinds.Shuffled(random)
        from rows in new[] { true, false }.Shuffled(random)
        let lines = Line.All.Where(line => line.IsRow == rows).OrderByDescending(line => line.Count(mosaic, kind)).ToList()
        where lines[0].Count(mosaic, kind) > lines[1].Count(mosaic, kind)
        select new SceneQuestion("line", $"which {(rows ? "row" : "column")} has most {Plural(kind)}", lines[0].Mark);

    private IEnumerable<SceneQuestion> Commonest(Mosaic mosaic)
    {
        var counts = mosaic.Photos.CountBy(photo => photo.Class).OrderByDescending(count => count.Value).ToList();
        if (counts.Count == 1 || counts[0].Value > counts[1].Value)
            yield return new("commonest", "what is there most of", classes[counts[0].Key]);
    }

    private IEnumerable<int> Kinds => Enumerable.Range(0, classes.Count);

    private string Name(Mosaic mosaic, int cell) => classes[mosaic.Photos[cell].Class];

    private string Article(int kind) => "aeiou".Contains(classes[kind][0]) ? "an" : "a";

    private string Plural(int kind) => $"{classes[kind]}s";

    // As in a table of numbers or on a chess board: the column's letter, then the row's number.
    private static string Cell(int cell) => new Line(false, cell % Mosaic.Grid + 1).Mark + new Line(true, cell / Mosaic.Grid + 1).Mark;
}
