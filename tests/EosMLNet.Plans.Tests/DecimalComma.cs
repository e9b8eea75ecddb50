using System.Globalization;

namespace EosMLNet.Tests;

/// <summary>A culture that writes 1.000,5, for as long as this is not disposed.</summary>
internal sealed class DecimalComma : IDisposable
{
    private readonly CultureInfo before = CultureInfo.CurrentCulture;

    internal DecimalComma()
    {
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator) = (",", ".");
        CultureInfo.CurrentCulture = comma;
    }

    public void Dispose() => CultureInfo.CurrentCulture = before;
}
