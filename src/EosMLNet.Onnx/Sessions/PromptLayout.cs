namespace EosMLNet.Onnx.Sessions;

/// <summary>
/// Prompts as a decoder graph takes them: B rows of T tokens, those of shorter rows filled up at the end, with G images that have n visual
/// tokens each.
/// </summary>
internal sealed class PromptLayout
{
    /// <param name="config">The model.</param>
    /// <param name="rows">The prompts, with each image expanded to the tokens of its unreduced form.</param>
    /// <param name="images">The images in order of appearance; all have as many tokens.</param>
    internal PromptLayout(ModelConfig config, IReadOnlyList<PromptRow> rows, IReadOnlyList<EncodedImage> images)
    {
        Images = images;
        var made = new List<(long[] Ids, long[] Positions, List<int> Slots, int AskedFrom)>();
        var (axes, image) = (config.PositionAxes, 0);
        Next = new long[rows.Count];
        foreach (var (i, row) in rows.Index())
        {
            var (stays, visual) = (Enumerable.Repeat(true, row.Ids.Length).ToArray(), new bool[row.Ids.Length]);
            var stretches = new List<(int Start, StretchPositions Positions)>();
            for (var stretch = 0; stretch < row.Stretches.Count; image++)
            {
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
                [.. Enumerable.Range(0, left.Length).Where(place => visual[left[place]])], left.Count(token => token < row.InstructionStart)));
        }
        Lengths = [.. made.Select(row => (long)row.Ids.Length)];
        AskedFrom = [.. made.Select(row => (long)row.AskedFrom)];
        Width = (int)Lengths.Max();
        Ids = new long[rows.Count * Width];
        Slots = [.. made.SelectMany((row, i) => row.Slots.Select(place => (long)i * Width + place))];
        Index = [.. images.SelectMany(one => one.Kept is { } kept ? kept.Select(place => one.Layout.Indices[place]) : one.Layout.Indices)];
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

    /// <summary>Rows, B.</summary>
    internal int Count => Lengths.Length;

    /// <summary>Tokens of the longest row, T.</summary>
    internal int Width { get; }

    /// <summary>Token ids, (B, T).</summary>
    internal long[] Ids { get; }

    /// <summary>Tokens of each row, (B).</summary>
    internal long[] Lengths { get; }

    /// <summary>Where the text behind each row's last image begins, (B).</summary>
    internal long[] AskedFrom { get; }

    /// <summary>Where the visual tokens stand in the flattened rows, (G, n).</summary>
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
