using EosMLNet.Onnx.Models;

namespace EosMLNet.Onnx.Sessions;

/// <summary>
/// Prompts as a decoder graph takes them: B rows of T tokens, those of shorter rows filled up at the end, with G images that have n visual
/// tokens each; those of images that have fewer are filled up.
/// </summary>
internal sealed class PromptLayout
{
    private readonly int[] rowOfImage;

    /// <param name="config">The model.</param>
    /// <param name="rows">The prompts, with each image expanded to the tokens of its unreduced form.</param>
    /// <param name="images">The images in order of appearance.</param>
    internal PromptLayout(ModelConfig config, IReadOnlyList<PromptRow> rows, IReadOnlyList<EncodedImage> images)
    {
        Images = images;
        rowOfImage = new int[images.Count];
        var made = new List<(long[] Ids, long[] Positions, List<int> Slots, int AskedFrom)>();
        var (axes, image) = (config.PositionAxes, 0);
        Next = new long[rows.Count];
        foreach (var (i, row) in rows.Index())
        {
            var (stays, visual) = (Enumerable.Repeat(true, row.Ids.Length).ToArray(), new bool[row.Ids.Length]);
            var stretches = new List<(int Start, StretchPositions Positions)>();
            for (var stretch = 0; stretch < row.Stretches.Count; image++)
            {
                rowOfImage[image] = i;
                var (one, counts, first) = (images[image], config.Stretches(images[image].Layout), 0);
                var kept = one.Kept is null ? null : new HashSet<long>(one.Kept);
                for (var part = 0; part < counts.Count; part++, stretch++)
                {
                    var (start, count) = row.Stretches[stretch];
                    stretches.Add((start, config.PositionsOf(one.Layout, part)));
                    for (var token = 0; token < count; token++)
                        (visual[start + token], stays[start + token]) = (true, kept?.Contains(first + token) ?? true);
                    first += count;
                }
            }
            var positions = StretchPositions.OfRow(row.Ids.Length, axes, stretches);
            Next[i] = positions.Next;
            int[] left = [.. Enumerable.Range(0, stays.Length).Where(token => stays[token])];
            made.Add(([.. left.Select(token => row.Ids[token])],
                [.. Enumerable.Range(0, axes).SelectMany(axis => left.Select(token => positions.Values[axis * row.Ids.Length + token]))],
                [.. Enumerable.Range(0, left.Length).Where(place => visual[left[place]])],
                left.Count(token => token < row.InstructionStart)));
        }
        Positions = [.. made.Select(row => row.Positions)];
        Lengths = [.. made.Select(row => (long)row.Ids.Length)];
        AskedFrom = [.. made.Select(row => (long)row.AskedFrom)];
        Width = (int)Lengths.Max();
        Ids = new long[rows.Count * Width];
        Most = images.Count == 0 ? 0 : images.Max(one => one.Count);
        (Slots, Index) = (new long[images.Count * Most], new long[images.Count * Most]);
        Array.Fill(Slots, (long)rows.Count * Width);
        var places = made.SelectMany((row, i) => row.Slots.Select(place => (long)i * Width + place)).GetEnumerator();
        foreach (var (i, one) in images.Index())
        {
            var indices = one.Layout.Indices;
            for (var token = 0; token < one.Count && places.MoveNext(); token++)
                (Slots[i * Most + token], Index[i * Most + token]) = (places.Current, indices[one.Kept?[token] ?? token]);
        }
        var turns = new RotaryTable(config.Text);
        (Cos, Sin) = (new float[rows.Count * Width * turns.Size], new float[rows.Count * Width * turns.Size]);
        foreach (var (i, row) in made.Index())
        {
            row.Ids.CopyTo(Ids, i * Width);
            for (var token = 0; token < row.Ids.Length; token++)
            {
                var at = (i * Width + token) * turns.Size;
                turns.Write(axis => row.Positions[axis * row.Ids.Length + token], Cos.AsSpan(at, turns.Size), Sin.AsSpan(at, turns.Size));
            }
        }
    }

    /// <summary>The images in order of appearance.</summary>
    internal IReadOnlyList<EncodedImage> Images { get; }

    /// <summary>The images of a row.</summary>
    internal IEnumerable<EncodedImage> ImagesOf(int row) => Images.Where((_, image) => rowOfImage[image] == row);

    /// <summary>Rows, B.</summary>
    internal int Count => Lengths.Length;

    /// <summary>Tokens of the longest row, T.</summary>
    internal int Width { get; }

    /// <summary>Visual tokens of the image that has most, n.</summary>
    internal int Most { get; }

    /// <summary>Token ids, (B, T).</summary>
    internal long[] Ids { get; }

    /// <summary>The positions of each row's tokens, (axes · T).</summary>
    internal IReadOnlyList<long[]> Positions { get; }

    /// <summary>Tokens of each row, (B).</summary>
    internal long[] Lengths { get; }

    /// <summary>Where the text behind each row's last image begins, (B).</summary>
    internal long[] AskedFrom { get; }

    /// <summary>Where the visual tokens stand in the flattened rows, (G, n); B · T for what fills up.</summary>
    internal long[] Slots { get; }

    /// <summary>The numbers by which tables know them, (G, n).</summary>
    internal long[] Index { get; }

    /// <summary>Cosines of the tokens' positions, (B, T, hs / 2).</summary>
    internal float[] Cos { get; }

    /// <summary>Sines, (B, T, hs / 2).</summary>
    internal float[] Sin { get; }

    /// <summary>The position of the first token behind each row, (B): behind the unreduced one.</summary>
    internal long[] Next { get; }
}
