# households.csv of the survey -> areas: country, provinces, their urban and rural parts, sampling units.
# awk -F, -f areas.awk households.csv > areas.csv
NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    if (!("province" in column) || !("region" in column) || !("psu" in column)) {
        print "areas.awk: the header lacks province, region or psu" > "/dev/stderr"
        exit 1
    }
    print "code,name,parent"
    print "PK,Pakistan,"
    next
}
{
    province = $column["province"]
    region = $column["region"]
    psu = $column["psu"]
    if (!(province in provinces)) {
        provinces[province] = 1
        print "PK-" province "," province ",PK"
    }
    part = province "-" region
    if (!(part in parts)) {
        parts[part] = 1
        print "PK-" part "," province " " region ",PK-" province
    }
    if (!(psu in units)) {
        units[psu] = 1
        print psu ",Sampling unit " psu ",PK-" part
    }
}
