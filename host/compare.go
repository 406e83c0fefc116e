package host

import (
	"fmt"

	"github.com/genhost/genhost/host/report"
)

// Compare puts the reports of evaluated runs side by side. Each is named by its
// name, its path or "latest".
func (h *Host) Compare(names []string) (report.Comparison, error) {
	var reports []report.Report
	for _, name := range names {
		r, err := h.Run(name)
		if err != nil {
			return report.Comparison{}, fmt.Errorf("compare: %w", err)
		}
		found, err := ReadReport(r)
		if err != nil {
			return report.Comparison{}, fmt.Errorf("compare: %w", err)
		}
		reports = append(reports, found)
	}
	return report.Compare(reports), nil
}
